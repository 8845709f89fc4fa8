"""The friend kept a membership."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.deeds import Deeds
from plusone.store.models import Membership
from plusone.store.queries import ran_until, runs_until

from .base import Condition, Input, Progress, conditions

if TYPE_CHECKING:
    from plusone.referrals.models import Referral

DAY = timedelta(days=1)


@conditions
class MembershipKept(Condition):
    """The friend still has the same membership that many calendar days after it started: it runs at 00:00 of day + N,
    active, frozen or cancelled with time left. One whose renewal is unpaid that day counts once it is paid."""

    name = "membership_kept"
    label = gettext_lazy("The friend keeps a membership for a number of days")
    slot = gettext_lazy("has kept a membership for this many days:")
    inputs = (Input("days", "days", gettext_lazy("Number of days"), 30),)
    reads = ("membership",)

    def progress(self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime) -> Progress:
        """Count the days of the membership that has run longest, up to its end."""
        days = params["days"]
        found = [_kept(referral, row, days, now) for row in _rows(referral, deeds)]
        return max(found, key=lambda progress: progress.done, default=Progress(0, days))

    def asks_again_at(
        self, referral: Referral, params: dict[str, Any], deeds: Deeds, *, now: datetime
    ) -> datetime | None:
        """Ask on the day; where a renewal is unpaid then, every day until it is."""
        business, moments = referral.business, []
        for row in _rows(referral, deeds):
            at = _day_of(business, row, params["days"])
            if at > now:
                moments.append(at)
            elif row.state == Membership.State.PAST_DUE:
                moments.append(clock.day_start(business, clock.day_of(business, now) + DAY))
        return min(moments, default=None)

    def least_days(self, params: dict[str, Any]) -> int:
        """As many days as it has to be kept."""
        return int(params["days"])

    def action(self, business: Business, params: dict[str, Any]) -> str:
        """Say how long."""
        number = params["days"]
        return ngettext(
            "has kept a membership for %(number)s day",
            "has kept a membership for %(number)s days",
            number,
        ) % {"number": number}

    def own_action(self, business: Business, params: dict[str, Any]) -> str:
        """Say it to the friend."""
        number = params["days"]
        return ngettext(
            "have kept a membership for %(number)s day",
            "have kept a membership for %(number)s days",
            number,
        ) % {"number": number}

    def small_print(self, business: Business, params: dict[str, Any]) -> str:
        """Say how it counts."""
        return _("A membership is kept where it still runs, or is frozen, that many days after its purchase.")

    def missing(self, business: Business, params: dict[str, Any], progress: Progress) -> str:
        """Say how many days of how many; nothing runs that could count before it begins anew."""
        if progress.at is None:
            return ngettext(
                "Waiting for a membership that is kept %(wanted)s day.",
                "Waiting for a membership that is kept %(wanted)s days.",
                progress.wanted,
            ) % {"wanted": progress.wanted}
        run = {"done": progress.done, "wanted": progress.wanted}
        if progress.is_late:
            return ngettext(
                "%(done)s of %(wanted)s day with a membership.",
                "%(done)s of %(wanted)s days with a membership.",
                progress.wanted,
            ) % run  # fmt: skip
        return ngettext(
            "%(done)s of %(wanted)s day with a membership; it ends on %(day)s.",
            "%(done)s of %(wanted)s days with a membership; the last ends on %(day)s.",
            progress.wanted,
        ) % {**run, "day": clock.day_in_words(business, progress.at - timedelta(microseconds=1))}


def _rows(referral: Referral, deeds: Deeds) -> list[Membership]:
    bought = deeds.memberships(referral.friend_id, since=referral.since, until=referral.as_of)
    return [one.row for one in bought]


def _day_of(business: Business, row: Membership, days: int) -> datetime:
    assert row.started_at is not None
    return clock.day_start(business, clock.day_of(business, row.started_at) + days * DAY)


def _kept(referral: Referral, row: Membership, days: int, now: datetime) -> Progress:
    """Return how long one membership has been kept, counted in calendar days of the business."""
    assert row.started_at is not None
    business = referral.business
    at, end = _day_of(business, row, days), runs_until(row)
    if referral.as_of is not None:
        end = ran_until(row, by=referral.as_of)
    ends_before = end is not None and end <= at
    until = min(now, end) if ends_before and end is not None else now
    run = (clock.day_of(business, until) - clock.day_of(business, row.started_at)).days
    goes_on = not ends_before or (row.state in (Membership.State.ACTIVE, Membership.State.PAST_DUE))
    done = max(0, min(run, days - 1 if ends_before else days))
    return Progress(done, days, at if goes_on else None, is_late=at <= now)
