"""The tablet at the desk, marked from two tabs at one moment, is one device (PEERS 77)."""

import naive
import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.kernel.models import Business, User
from plusone.referrals.commands import networks
from plusone.referrals.models import OwnDevice
from racing import ON_POSTGRES, meeting, race

pytestmark = pytest.mark.django_db(transaction=True)


def press_in_two_tabs(gym: Business) -> list[object]:
    """Press the button twice in one browser; return where each answer led, and what its cookie says."""
    first, second = Browser(), Browser()
    first.force_login(User.objects.get(email="olga@vela.example"))
    second.cookies.update(first.cookies)
    mark = reverse("b:device_mark", args=[gym.slug])

    def press(tab: Browser) -> tuple[int, str]:
        status = tab.post(mark, {"name": "Tablet"}).status_code
        return status, tab.cookies["plusone_desk"].value.partition(":")[0]

    return race(lambda: press(first), lambda: press(second))


def test_one_device_marked_twice_at_once_is_one(gym: Business) -> None:
    for _run in range(3):
        answers = press_in_two_tabs(gym)
        device = OwnDevice.objects.get()
        assert answers == [(302, device.public_id)] * 2
        OwnDevice.objects.all().delete()


def test_one_device_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turns and without the constraint PostgreSQL has two of it; SQLite lets one write at a time."""
    monkeypatch.setattr(networks, "take_turns", lambda *about: None)
    look, meet = networks._device_with, meeting()

    def slowly(business: Business, mark: str) -> OwnDevice | None:
        found = look(business, mark)
        meet()
        return found

    monkeypatch.setattr(networks, "_device_with", slowly)
    with naive.without((OwnDevice, "referrals_own_device_once")):
        press_in_two_tabs(gym)
        assert OwnDevice.objects.count() == (2 if ON_POSTGRES else 1)
