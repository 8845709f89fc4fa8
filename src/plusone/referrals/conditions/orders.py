"""The friend bought."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.models import Business
from plusone.referrals.deeds import Deeds

from .base import Condition, Input, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class Orders(Condition):
    """The friend pays a number of orders with money; one that was given back whole does not count."""

    name = "orders"
    label = gettext_lazy("The friend pays a number of orders")
    slot = gettext_lazy("has paid this many orders:")
    inputs = (Input("at_least", "count", gettext_lazy("Number of orders"), 1),)
    reads = ("order",)

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Count paid orders with money left in them (CASES 38: a free one never counts)."""
        paid = deeds.orders_with_money(referral.friend_id, since=referral.counts_from, until=referral.as_of)
        return Progress(paid, params["at_least"])

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say how many."""
        number = params["at_least"]
        return ngettext("has paid an order", "has paid %(number)s orders", number) % {"number": number}

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        number = params["at_least"]
        return ngettext("have paid an order", "have paid %(number)s orders", number) % {"number": number}

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("An order counts where money was paid for it and not all of it given back.")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say how many of how many."""
        return ngettext(
            "%(done)s of %(wanted)s order paid.", "%(done)s of %(wanted)s orders paid.", progress.wanted
        ) % {"done": progress.done, "wanted": progress.wanted}
