"""PRI-8: where people are logged in is kept as short as it is of use."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone

from plusone.kernel.commands import user_for
from plusone.kernel.models import User
from plusone.kernel.sweeps import forget_devices

AT = {"ip": "203.0.113.7", "user_agent": "Mozilla/5.0 (iPhone) Safari"}

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Browser:
    """A browser as it is after the code of a mail was typed."""
    browser = Browser(REMOTE_ADDR=AT["ip"], HTTP_USER_AGENT=AT["user_agent"])
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = browser.session.session_key
    UserSession.objects.get_or_create(session_key=session, defaults={"user": user, **AT})
    return browser


def tidy(days: float) -> int:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        return forget_devices(timezone.now())


def test_a_network_address_is_forgotten_after_thirty_days_and_the_device_is_not() -> None:
    browser = logged_in(user_for("olga@vela.example"))
    assert "203.0.113.7" in browser.get("/accounts/sessions/").content.decode()
    assert tidy(29.9) == 0
    assert tidy(30.1) == 1
    assert tidy(30.2) == 0
    page = browser.get("/accounts/sessions/").content.decode()
    assert "iPhone" in page, "the device is still listed"
    assert "203.0.113.7" not in page
    assert "0.0.0.0" not in page


def test_a_session_that_has_run_out_takes_its_device_along() -> None:
    """Nobody has to look at the page for it."""
    logged_in(user_for("olga@vela.example"))
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        logged_in(user_for("ana@clients.example"))
    tidy(59.9)
    assert (Session.objects.count(), UserSession.objects.count()) == (2, 2)
    tidy(60.1)
    assert Session.objects.count() == 1
    assert UserSession.objects.get().user.email == "ana@clients.example"
