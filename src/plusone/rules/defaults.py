"""The rules every business has from the start.

A room declares them in its `automation.py`:

    @default_rules
    class ThankAmbassador(DefaultRule):
        '''The ambassador hears at once that the friend has registered (R-103).'''

        name = "referral.thank_ambassador"
        label = _("Thank the ambassador when a friend registers")
        when = ReferralRegistered
        conditions = (Condition("event.flagged", "is", False),)
        actions = (Step("send_message", to="ambassador", template="referral.thanks"),)

They live in the code, not in rows made when a business opens: a version that adds or mends one does so for every
business, with no migration over all tenants that could fall behind or undo what an owner chose. A row exists only where
somebody chose otherwise (`Rule` with the owner `default:<name>`), so that a choice survives every upgrade.
"""

from typing import ClassVar

from django.utils.functional import Promise

from plusone.events.facts import Fact
from plusone.kernel.registry import Registry

from .vocabulary import Condition, Step


class DefaultRule:
    """A rule of the house. `active` says whether it is on until somebody chooses."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    when: ClassVar[type[Fact]]
    conditions: ClassVar[tuple[Condition, ...]] = ()
    actions: ClassVar[tuple[Step, ...]]
    active: ClassVar[bool] = True


default_rules: Registry[type[DefaultRule]] = Registry("default rule")


def owner_of(name: str) -> str:
    """The owner of the row that overrides a default, which is also the name its runs go by."""
    return f"default:{name}"


def faults() -> list[str]:
    """What is wrong in the declared defaults: words that nothing declares. A test asks it with all rooms loaded."""
    return [
        f"{rule.name}: {fault}"
        for rule in default_rules
        for fault in (
            *(fault for condition in rule.conditions for fault in condition.faults(rule.when.name)),
            *(fault for step in rule.actions for fault in step.faults()),
        )
    ]
