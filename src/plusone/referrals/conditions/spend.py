"""The friend spent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.referrals.deeds import Deeds

from .base import Condition, Input, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class Spend(Condition):
    """The friend spends an amount in all, net of refunds; what balance paid does not count (CASES 36)."""

    name = "spend"
    label = gettext_lazy("The friend spends an amount")
    slot = gettext_lazy("has spent in all:")
    inputs = (Input("at_least", "money", gettext_lazy("Amount"), 5000),)
    reads = ("payment", "refund")

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Add up the money that the friend has paid since they came."""
        paid = deeds.money_paid(referral.friend_id, since=referral.counts_from, until=referral.as_of)
        return Progress(paid, params["at_least"])

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say how much."""
        return _("has spent %(money)s") % {"money": format_money(params["at_least"], business.currency)}

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        return _("have spent %(money)s") % {"money": format_money(params["at_least"], business.currency)}

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("Money counts: what balance pays does not, and what is given back is taken off.")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say how much more."""
        return _("%(money)s more to spend.") % {
            "money": format_money(progress.wanted - progress.done, business.currency)
        }
