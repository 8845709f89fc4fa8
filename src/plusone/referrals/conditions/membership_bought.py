"""The friend bought a membership."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.models import Business
from plusone.store.queries import memberships_bought

from .base import Condition, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral


@conditions
class MembershipBought(Condition):
    """The friend buys a membership; renewing one does not count, nor does one that was wholly given back (R-146)."""

    name = "membership_bought"
    label = gettext_lazy("The friend buys a membership")
    slot = gettext_lazy("has bought a membership")

    def progress(self, referral: Referral, params: dict[str, Any], *, now: datetime) -> Progress:
        """Count the memberships bought since registering."""
        return Progress(
            min(1, memberships_bought(referral.friend, since=min(referral.registered_at, referral.friend.created_at))),
            1,
        )

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it in the builder's words."""
        return _("has bought a membership")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say what is still to come."""
        return _("Waiting for the first membership.")
