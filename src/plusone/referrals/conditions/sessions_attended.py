"""The friend came."""

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
class SessionsAttended(Condition):
    """The friend comes to a number of sessions after registering; one that was missed does not count."""

    name = "sessions_attended"
    label = gettext_lazy("The friend comes to a number of sessions")
    slot = gettext_lazy("has come this many times:")
    inputs = (Input("at_least", "count", gettext_lazy("Number of sessions"), 3),)
    reads = ("visit",)

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Count the sessions since the friend is known (CASES 34); said afterwards, it looks back (R-211)."""
        came = deeds.attended(referral.friend_id, since=referral.since, until=referral.as_of)
        return Progress(came, params["at_least"])

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say how many."""
        number = params["at_least"]
        return ngettext("has come once", "has come %(number)s times", number) % {"number": number}

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        number = params["at_least"]
        return ngettext("have come once", "have come %(number)s times", number) % {"number": number}

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("Visits count from registering on; missed ones do not.")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say how many of how many."""
        return ngettext("%(done)s of %(wanted)s visit.", "%(done)s of %(wanted)s visits.", progress.wanted) % {
            "done": progress.done,
            "wanted": progress.wanted,
        }
