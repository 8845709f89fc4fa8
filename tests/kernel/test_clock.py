"""The one clock, and the calendar days of a business where the clocks jump."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plusone.kernel import clock


@dataclass
class Place:
    timezone: str


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/Madrid", date(2026, 3, 29), "2026-03-28T23:00"),  # jumps at 02:00: the day has 23 hours
        ("Europe/Madrid", date(2026, 3, 30), "2026-03-29T22:00"),
        ("Europe/Madrid", date(2026, 10, 25), "2026-10-24T22:00"),  # falls back: 25 hours
        ("Europe/Madrid", date(2026, 10, 26), "2026-10-25T23:00"),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00"),  # no midnight: it begins at 01:00
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00"),  # the same
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00"),  # two midnights: it begins at the first
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00"),  # no midnight
        ("Asia/Kathmandu", date(2026, 5, 1), "2026-04-30T18:15"),
        ("Pacific/Kiritimati", date(2026, 5, 1), "2026-04-30T10:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00"),  # no midnight
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T04:30"),  # from 23:30 to 00:30: it begins at 00:30
    ],
)
def test_day_start(zone: str, day: date, start: str) -> None:
    found = clock.day_start(Place(zone), day)
    assert found == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert clock.day_of(Place(zone), found) == day
    assert clock.day_of(Place(zone), found - timedelta(seconds=1)) == day - timedelta(days=1)


def test_a_hold_of_thirty_days_ends_at_local_midnight_across_the_jump() -> None:
    madrid = Place("Europe/Madrid")
    registered = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # 23:30 in Madrid
    ends = clock.day_start(madrid, clock.today(madrid, registered) + timedelta(days=30))
    assert ends.astimezone(ZoneInfo("Europe/Madrid")).isoformat() == "2026-03-31T00:00:00+02:00"


def test_a_range_of_days_includes_both() -> None:
    madrid = Place("Europe/Madrid")
    first, last = clock.days_range(madrid, date(2026, 3, 29), date(2026, 3, 29))
    assert first is not None
    assert last is not None
    assert last - first == timedelta(hours=23)
    assert clock.days_range(madrid, None, None) == (None, None)


def test_now_is_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_the_clock_file_moves_both_ways_and_keeps_its_last_value(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    file = clock._ClockFile(path)
    assert abs(file.read() - datetime.now(UTC)) < timedelta(seconds=5), "not there yet: the machine's"
    path.write_text("2026-03-29T10:00:00+02:00\n")
    assert file.read() == datetime(2026, 3, 29, 8, tzinfo=UTC)
    path.write_text("2026-01-01T00:00:00Z")
    assert file.read() == datetime(2026, 1, 1, tzinfo=UTC)
    path.write_text("tomorrow, perhaps")
    assert file.read() == datetime(2026, 1, 1, tzinfo=UTC)
    path.unlink()
    assert file.read() == datetime(2026, 1, 1, tzinfo=UTC)
