"""Nobody prepares a login for somebody else: what was set before an address was proved opens nothing afterwards."""

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser

from plusone.clients.commands import invite_client
from plusone.clients.models import Client, Invitation
from plusone.kernel.models import Business, User
from world import NOON, House

from .test_accounts import CODE, CONFIRM, LOGIN, code_in, mails

THEIRS = "correct horse battery"


@pytest.fixture
def mallory(ana: Client) -> Browser:
    """Somebody who signed up with Ana's address and a password of their own, and cannot read her mails."""
    cache.clear()
    browser = Browser()
    browser.post("/accounts/signup/", {"email": str(ana.email), "password1": THEIRS})
    return browser


def ana_logs_in(ana: Client) -> Browser:
    browser = Browser()
    browser.post(CODE, {"email": str(ana.email)})
    browser.post(CONFIRM, {"code": code_in(mails()[-1])})
    assert "_auth_user_id" in browser.session
    return browser


def test_a_password_set_before_the_address_was_proved_is_void_afterwards(ana: Client, mallory: Browser) -> None:
    """TRUST AUTH: else whoever signs up first with a client's address reads her pages once she has logged in."""
    hers = ana_logs_in(ana)
    for browser in (mallory, Browser()):
        browser.post(LOGIN, {"login": str(ana.email), "password": THEIRS})
        browser.get("/accounts/confirm-email/")
        assert "_auth_user_id" not in browser.session
        assert browser.get(f"/p/{ana.business.slug}/").status_code == 302
    page = hers.get(f"/p/{ana.business.slug}/").content.decode()
    assert "That password does not work any more; you can set your own." in page


def test_the_link_of_an_invitation_proves_the_address_too(gym: Business, house: House) -> None:
    dina = invite_client(gym, first_name="Dina", email="dina@mail.example", actor="user:1", now=NOON)
    Browser().post("/accounts/signup/", {"email": "dina@mail.example", "password1": THEIRS})
    token = Invitation.objects.get(client=dina).token
    hers = Browser()
    with time_machine.travel(NOON):
        assert hers.post(f"/invited/{token}")["Location"] == f"/p/{gym.slug}/"
        assert hers.get(f"/p/{gym.slug}/").status_code == 200
    assert not User.objects.get(email="dina@mail.example").has_usable_password()


def test_who_proves_the_address_where_they_signed_up_keeps_the_password(db: None) -> None:
    browser = Browser()
    browser.post("/accounts/signup/", {"email": "olga@vela.example", "password1": THEIRS})
    browser.post("/accounts/confirm-email/", {"code": code_in(mails()[-1])})
    browser.logout()
    browser.post(LOGIN, {"login": "olga@vela.example", "password": THEIRS})
    assert "_auth_user_id" in browser.session


def test_a_proved_password_outlives_a_login_by_code(ana: Client) -> None:
    user = User.objects.get(pk=ana_logs_in(ana).session["_auth_user_id"])
    user.set_password(THEIRS)
    user.save()
    ana_logs_in(ana)
    assert User.objects.get(pk=user.pk).check_password(THEIRS)
