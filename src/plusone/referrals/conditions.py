"""What a friend has to do before the ambassador is rewarded. One class a condition."""

from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.registry import Registry
from plusone.store.queries import has_money_left

from .models import Referral


class Condition:
    """Something that has to hold. `action` finishes "once the friend …", `for_friend` finishes "once you …"."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def clean(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as they are stored. Raise Invalid where they are wrong."""
        return {"kind": self.name}

    def met(self, referral: Referral, params: dict[str, Any], *, now: datetime) -> bool:
        """Say whether it holds now."""
        raise NotImplementedError

    def action(self, params: dict[str, Any]) -> str:
        """Return the whole phrase after "once the friend"."""
        raise NotImplementedError

    def missing(self, referral: Referral, params: dict[str, Any]) -> str:
        """Return in one sentence, for the ambassador, what is still to come (R-116)."""
        raise NotImplementedError


conditions: Registry[type[Condition]] = Registry("condition")


@conditions
class Activated(Condition):
    """The friend becomes an active client: with the first payment, or when you activate them."""

    name = "activated"
    label = gettext_lazy("The friend becomes an active client")

    def met(self, referral: Referral, params: dict[str, Any], *, now: datetime) -> bool:
        """Hold from the activation on; no longer where it came by a purchase and all its money was given back
        (CONTRACT, States)."""
        if referral.activated_at is None:
            return False
        by_purchase = referral.via == "purchase"
        return (
            not by_purchase
            or has_money_left(referral.friend)
            or not referral.friend.refunds.filter(to_method__gt=0).exists()
        )

    def action(self, params: dict[str, Any]) -> str:
        """Say it in the builder's words."""
        return _("becomes an active client")

    def missing(self, referral: Referral, params: dict[str, Any]) -> str:
        """Say what the friend has still to do."""
        return _("Waiting for the first purchase, or for the business to activate them.")


def all_met(referral: Referral, *, now: datetime) -> bool:
    """Say whether every condition of a referral's terms holds."""
    assert referral.terms is not None
    return all(conditions[params["kind"]]().met(referral, params, now=now) for params in referral.terms.conditions)
