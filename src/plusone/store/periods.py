"""How long a membership is paid: periods from its start date, moved by the days that it was frozen or was given."""

import calendar
from datetime import date, datetime, timedelta

from plusone.kernel import clock
from plusone.store.models import Membership, MembershipType


def end_of(membership: Membership) -> datetime | None:
    """Return when what is paid ends: periods from the start date, so that the 31st comes back after February."""
    assert membership.started_at is not None
    business, wanted = membership.business, membership.type
    start = clock.day_of(business, membership.started_at)
    if wanted.kind != MembershipType.Kind.RECURRING and wanted.valid_days:
        day = start + timedelta(days=wanted.valid_days)
    elif wanted.period_months:
        day = add_months(start, wanted.period_months * membership.periods_paid)
    else:
        return None
    return clock.day_start(business, day + timedelta(days=membership.frozen_days + membership.extra_days))


def add_months(day: date, months: int) -> date:
    """Return the same day some calendar months on, or the last of its month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
