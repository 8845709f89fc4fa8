"""The one clock of business dates, and the calendar of a business.

Leases, pauses, rate limits and sessions use the machine's clock (`django.utils.timezone.now`) instead.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language


class HasTimezone(Protocol):
    """A business, or whatever else has a time zone of its own."""

    @property
    def timezone(self) -> str:
        """The name of a zone of the IANA database."""
        ...


class _ClockFile:
    """The time that a test has written into a file. What cannot be read leaves the last value standing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last: datetime | None = None

    def read(self) -> datetime:
        try:
            at = datetime.fromisoformat(self.path.read_text().strip())
            self.last = at if at.tzinfo else at.replace(tzinfo=UTC)
        except (OSError, ValueError):
            pass
        return self.last or timezone.now()


# The settings refuse TEST_CLOCK outside ENV=test.
_file = _ClockFile(Path(settings.TEST_CLOCK)) if settings.TEST_CLOCK else None


def is_given() -> bool:
    """Say whether a test's file gives the time."""
    return _file is not None


def now() -> datetime:
    """Read the clock: an aware time in UTC. Once in each request and worker round; from there it is passed on."""
    return (_file.read() if _file else timezone.now()).astimezone(UTC)


def day_of(business: HasTimezone, at: datetime) -> date:
    """Return the calendar day of the business on which `at` falls."""
    return at.astimezone(ZoneInfo(business.timezone)).date()


def day_in_words(business: HasTimezone, at: datetime) -> str:
    """Return the business's day of a moment as its reader writes it: "12 May 2026"."""
    return str(format_date(day_of(business, at), "medium", locale=(get_language() or "en").replace("-", "_")))


def today(business: HasTimezone, now: datetime) -> date:
    """Return the business's calendar day of `now`."""
    return day_of(business, now)


def day_start(business: HasTimezone, day: date) -> datetime:
    """Return the first moment of a calendar day of the business, in UTC.

    That is midnight, unless the clocks jump over midnight on that day: then it is the moment of the jump.
    """
    zone = ZoneInfo(business.timezone)
    midnight = datetime.combine(day, time.min, zone)
    start = midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return start
    # There is no midnight. Read with the offset before the jump it lies at or after it, with the one after before it.
    before, after = midnight.replace(fold=1).astimezone(UTC), start
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            after = middle
    return after


def moment_of(business: HasTimezone, day: date, at: time) -> datetime:
    """Return the moment, in UTC, when the business's clocks show `at` on a day.

    An hour that they show twice is its first; one that they leave out is as much later as they are moved.
    """
    return datetime.combine(day, at, ZoneInfo(business.timezone)).astimezone(UTC)


def days_range(business: HasTimezone, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Return the half-open span of time of the days `first` to `last`, both inclusive; None stays open."""
    return (
        day_start(business, first) if first else None,
        day_start(business, last + timedelta(days=1)) if last else None,
    )


def months_before(business: HasTimezone, at: datetime, months: int) -> datetime:
    """Return the start of the business's calendar day so many months before; the last day where a month is shorter."""
    day = day_of(business, at)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return day_start(business, date(year, month + 1, min(day.day, last)))
