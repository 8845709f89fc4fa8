"""Limits that are no money, for many at once: pictures, lines of files, reminders (FUZ-6, R-015), with their controls.

The control is the same race without the turn that each takes: on PostgreSQL both look, find room, and fill it twice.
"""

import io
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from plusone.connect.commands import stage_import, staging
from plusone.connect.models import ImportLine
from plusone.kernel.models import Business
from plusone.referrals.commands import plan_reminder, reminders
from plusone.referrals.commands.reminders import ReminderPlan
from plusone.referrals.models import Reminder
from plusone.store.commands import products, set_picture
from plusone.store.models import Picture
from racing import ON_POSTGRES, meeting, race
from world import NOON, launch, make_product

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
Room = tuple[ModuleType, str, Callable[[int], object], Callable[[], int]]


def pictures(gym: Business, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Room:
    """Room for one picture of two."""
    shown, out = [make_product(gym, name) for name in ("Tea", "Towel")], io.BytesIO()
    Image.new("RGB", (300, 300), "red").save(out, "PNG")
    set_picture(shown[0], ContentFile(out.getvalue()), **WHO)
    monkeypatch.setattr(products, "ROOM_MAX", len(Picture.objects.get().data) + 10)
    set_picture(shown[0], None, **WHO)
    draw = lambda number: set_picture(shown[number], ContentFile(out.getvalue()), **WHO)  # noqa: E731
    return products, "_taken_by_others", draw, Picture.objects.count


def lines(gym: Business, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Room:
    """Room for the one line of one file of two."""
    monkeypatch.setattr(staging, "ROOM_MAX", 1)
    file = tmp_path / "clients.csv"
    file.write_text("name,email\nIda,ida@x.example\n")
    stage = lambda number: stage_import(gym, file, filename=f"{number}.csv", **WHO)  # noqa: E731
    return staging, "_lines_kept", stage, ImportLine.objects.count


def planned(gym: Business, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Room:
    """Room for one reminder of two."""
    monkeypatch.setattr(reminders, "REMINDERS_MAX", 1)
    campaign = launch(gym)
    plans = [ReminderPlan(starts_on=date(2026, 3, 17), at=time(hour), texts={}) for hour in (9, 10)]
    plan = lambda number: plan_reminder(campaign, plans[number], **WHO)  # noqa: E731
    return reminders, "_planned", plan, Reminder.objects.count


ROOMS = pytest.mark.parametrize("room", [pictures, lines, planned])


def both(act: Callable[[int], object]) -> list[object]:
    return race(lambda: act(0), lambda: act(1))


@ROOMS
def test_of_two_at_once_one_gets_the_last_room(
    gym: Business, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: Callable[..., Room]
) -> None:
    """The other is refused in words."""
    _module, _name, act, number = room(gym, monkeypatch, tmp_path)
    refused = [type(one).__name__ for one in both(act) if isinstance(one, Exception)]
    assert (refused, number()) in ((["Invalid"], 1), (["Unreadable"], 1), (["Refused"], 1))


@ROOMS
def test_quota_control(
    gym: Business, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: Callable[..., Room]
) -> None:
    """Without a turn both find the room free on PostgreSQL."""
    module, name, act, number = room(gym, monkeypatch, tmp_path)
    look, meet = getattr(module, name), meeting()

    def looked(*about: Any) -> Any:
        found = look(*about)
        meet()
        return found

    monkeypatch.setattr(module, name, looked)
    monkeypatch.setattr(module, "take_turns", lambda *names: None)
    both(act)
    assert number() == (2 if ON_POSTGRES else 1)
