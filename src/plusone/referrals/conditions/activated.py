"""The friend is a client."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.models import Business
from plusone.referrals.deeds import Deeds

from .base import Condition, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class Activated(Condition):
    """The friend becomes an active client: with the first payment, or when you activate them."""

    name = "activated"
    label = gettext_lazy("The friend becomes an active client")
    reads = ("order", "refund")

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Hold from the activation on; no longer where it came by a purchase whose money was all given back
        (CONTRACT)."""
        if referral.activated_at is None or (referral.as_of and referral.activated_at > referral.as_of):
            return Progress(0, 1)
        friend, since = referral.friend_id, referral.counts_from
        refunded = referral.via == "purchase" and not deeds.orders_with_money(friend, since=since)
        return Progress(0 if refunded and deeds.has_money_back(friend, since=since) else 1, 1)

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it in the builder's words."""
        return _("becomes an active client")

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        return _("become a client")

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("Friends become clients with their first purchase, or when %(business)s makes them one.") % {
            "business": business.name
        }

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what the friend has still to do."""
        return _("Waiting for the first purchase, or for the business to activate them.")

    def own_missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what makes one an active client."""
        return _("You become a client with your first purchase, or when %(business)s makes you one.") % {
            "business": business.name
        }
