"""The friend bought a membership."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.models import Business
from plusone.referrals.deeds import Deeds

from .base import Condition, Input, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class MembershipBought(Condition):
    """The friend buys a membership with money, of any type or of the one you choose; renewing one does not count, nor
    does a free one, nor one that was wholly given back (R-146)."""

    name = "membership_bought"
    label = gettext_lazy("The friend buys a membership")
    slot = gettext_lazy("has bought this membership:")
    inputs = (Input("membership_type", "membership", gettext_lazy("Type of membership")),)
    reads = ("membership",)

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Look for a type that was new to the friend since they came."""
        bought = deeds.memberships(referral.friend_id, since=referral.since, until=referral.as_of)
        if referral.returned_from is None:  # who comes back may well take what they had before
            bought = [one for one in bought if one.row.is_new]
        if wanted := params.get("membership_type"):
            bought = [one for one in bought if one.type == wanted]
        return Progress(int(bool(bought)), 1)

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say which."""
        if "title" in params:
            return _("has bought the membership “%(membership)s”") % {"membership": params["title"]}
        return _("has bought a membership")

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        if "title" in params:
            return _("have bought the membership “%(membership)s”") % {"membership": params["title"]}
        return _("have bought a membership")

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("A membership counts where money was paid for it; a free trial or a renewal does not.")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what is still to come."""
        if "title" in params:
            return _("Waiting for the membership “%(membership)s”.") % {"membership": params["title"]}
        return _("Waiting for the first membership.")

    def own_missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what to buy."""
        if "title" in params:
            return _("Still to do: buy the membership “%(membership)s”.") % {"membership": params["title"]}
        return _("Still to do: buy a membership.")
