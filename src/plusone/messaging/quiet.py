"""When promotions rest (R-245): hours of the business's own day, so that a change of clocks moves nothing."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from plusone.kernel.models import Business


def is_quiet(business: Business, at: datetime) -> bool:
    """Say whether promotions rest at this moment."""
    hour = at.astimezone(ZoneInfo(business.timezone)).hour
    begin, end = business.quiet_from, business.quiet_until
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


def next_loud(business: Business, at: datetime) -> datetime:
    """Return the first moment from `at` on at which promotions may go out."""
    if not is_quiet(business, at):
        return at
    zone = ZoneInfo(business.timezone)
    day = at.astimezone(zone).date()
    ends = datetime.combine(day, time(business.quiet_until), zone)
    if ends <= at:
        ends = datetime.combine(day + timedelta(days=1), time(business.quiet_until), zone)
    return ends.astimezone(at.tzinfo)
