"""Write rules, and switch the ones every business has."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from plusone.events.commands import record
from plusone.kernel.models import Business

from .defaults import default_rules, owner_of
from .events import RuleCreated, RuleSwitched
from .models import Rule, Run
from .vocabulary import Condition, Step


@transaction.atomic
def create_rule(
    business: Business,
    *,
    name: str,
    when: str,
    conditions: Sequence[Condition] = (),
    actions: Sequence[Step],
    owner: str = "",
    actor: str,
    now: datetime,
) -> Rule:
    """Write a rule of this business; `owner` names the thing of a higher room that keeps it, if one does."""
    faults = [
        *(fault for condition in conditions for fault in condition.faults(when)),
        *(fault for step in actions for fault in step.faults()),
    ]
    assert not faults, f"rule {name!r}: {faults}"
    rule = Rule.objects.create(
        business=business,
        name=name,
        when=when,
        conditions=[vars(condition) for condition in conditions],
        actions=[step.written() for step in actions],
        owner=owner,
        changed_at=now,
        changed_by=actor,
    )
    record(business, RuleCreated(rule=rule.pk), actor=actor, now=now)
    return rule


@transaction.atomic
def switch_rule(business: Business, name: str, *, active: bool, actor: str, now: datetime) -> bool:
    """Switch a default rule on or off for this business. Return whether that changed anything."""
    default = default_rules[name]
    row, _new = Rule.objects.select_for_update().get_or_create(
        business=business,
        owner=owner_of(name),
        defaults={"when": default.when.name, "active": default.active, "changed_at": now, "changed_by": actor},
    )
    if row.active == active:
        return False
    Rule.objects.filter(pk=row.pk).update(active=active, changed_at=now, changed_by=actor)
    record(business, RuleSwitched(rule=name, active=active), actor=actor, now=now)
    return True


def forget_errors(business: Business, client: int) -> int:
    """Blank what is kept of rules that failed at what happened to a client who is deleted. Return how many."""
    return Run.objects.filter(business=business, event__client_id=client).exclude(error="").update(error="")


def retry_failed(business: Business) -> int:
    """Let the steps that were given up be tried anew, each from where it stopped. Return how many."""
    found = Run.objects.filter(business=business, state=Run.State.FAILED)
    return found.update(state=Run.State.WAITING, attempts=0, worker="", not_before=timezone.now(), ended_at=None)


def set_failed_aside(business: Business) -> int:
    """Leave the steps that were given up as they are: they wait for nobody any more. Return how many."""
    return Run.objects.filter(business=business, state=Run.State.FAILED).update(state=Run.State.SKIPPED)
