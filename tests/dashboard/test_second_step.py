"""The second step at log-in (TRUST AUTH-6, ADR 13): an app's codes, recovery codes, and no way round them."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client as Browser

from plusone.kernel import second_step
from plusone.kernel.models import User
from plusone.messaging.models import Message

from .test_accounts import CODE, CONFIRM, LOGIN, code_in
from .test_accounts_hold import RIGHT, log_in, proved

SECURITY, STEP = "/accounts/security/", "/accounts/login/second-step/"
APP, CODES = f"{SECURITY}app/", f"{SECURITY}recovery-codes/"
AGAIN = "/accounts/reauthenticate/"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def olga(db: None) -> User:
    cache.clear()
    return proved(User.objects.create_user("olga@vela.example", RIGHT, language="en"))


def app_code(secret: str, at: datetime) -> str:
    """What an app shows then."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30))


def is_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


def set_up(browser: Browser, at: datetime) -> tuple[str, list[str]]:
    """Switch the second step on; return the app's secret and the recovery codes."""
    page = browser.get(APP, follow=True)
    if page.redirect_chain:  # is it still Olga?
        page = browser.post(AGAIN, {"password": RIGHT, "next": APP}, follow=True)
    found = re.search(r'class="secret"[^>]*>([A-Z2-7]{32})<', page.content.decode())
    assert found
    answer = browser.post(APP, {"code": app_code(found[1], at)})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "{%" not in answer.content.decode()
    return found[1], re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</li>", answer.content.decode())


def test_an_app_is_asked_after_every_way_in(
    olga: User, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    """AUTH-6: after a password and after a mailed code alike; a code of the app counts once, also beside its time."""
    with time_machine.travel(NOON, tick=False) as clock:
        here = Browser()
        assert log_in(here)
        assert "Set it up" in here.get(SECURITY).content.decode()
        assert here.get(APP)["Location"] == f"{AGAIN}?next=%2Faccounts%2Fsecurity%2Fapp%2F"
        here.post(AGAIN, {"password": RIGHT, "next": APP})
        assert here.post(APP, {"code": "000000"}).status_code == 200
        assert not Authenticator.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            secret, recovery = set_up(here, NOON)
        assert len(set(recovery)) == 10
        assert "10 codes left" in here.get(SECURITY).content.decode()
        assert [mail.subject for mail in Message.objects.all()] == ["The second step is on"]

        kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in kept
        assert not any(code in kept or code.replace("-", "") in kept for code in recovery)

        there = Browser()
        answer = there.post(LOGIN, {"login": olga.email, "password": RIGHT})
        assert (answer["Location"], is_in(there)) == (STEP, False)
        there.post(STEP, {"code": app_code(secret, NOON)})
        assert not is_in(there), "the code that switched it on is spent"
        assert there.get("/switch")["Location"].startswith(LOGIN)
        clock.shift(timedelta(seconds=30))
        fresh = app_code(secret, NOON + timedelta(seconds=30))
        assert there.post(STEP, {"code": f"{fresh[:3]} {fresh[3:]}"})["Location"] == "/"
        assert is_in(there)

        third = Browser()
        third.post(CODE, {"email": olga.email})
        mailed = code_in(Message.objects.filter(template="login_code").latest("pk"))
        assert third.post(CONFIRM, {"code": mailed})["Location"] == STEP
        for spent in (fresh, app_code(secret, NOON)):
            assert third.post(STEP, {"code": spent}).status_code == 200
            assert not is_in(third)
        assert third.post(STEP, {"code": recovery[0].upper().replace("-", " ")})["Location"] == "/"
        assert is_in(third)
        assert "9 codes left" in third.get(SECURITY).content.decode()

        fourth = Browser()
        log_in(fourth)
        assert fourth.post(STEP, {"code": recovery[0]}).status_code == 200
        assert not is_in(fourth), "a recovery code counts once"


def test_who_has_just_taken_the_second_step_is_not_asked_again(olga: User) -> None:
    """AUTH-6: the code of this half minute is spent by logging in, so no page asks for one in the minutes after it."""
    with time_machine.travel(NOON, tick=False) as clock:
        here, there = Browser(), Browser()
        log_in(here)
        secret, _recovery = set_up(here, NOON)
        clock.shift(timedelta(seconds=30))
        there.post(LOGIN, {"login": olga.email, "password": RIGHT})
        there.post(STEP, {"code": app_code(secret, NOON + timedelta(seconds=30))})
        for page in (f"{SECURITY}passkeys/", CODES, f"{APP}remove/"):
            assert there.get(page).status_code == 200, page
        clock.shift(timedelta(minutes=10))
        for page in (f"{SECURITY}passkeys/", CODES, f"{APP}remove/"):
            assert there.get(page)["Location"].startswith(AGAIN), page


def test_recovery_codes_are_renewed_and_the_app_removed(olga: User) -> None:
    """AUTH-6: only a code shows that it is still Olga; old codes stop working; without an app no step is asked."""
    with time_machine.travel(NOON, tick=False) as clock:
        here = Browser()
        log_in(here)
        _secret, old = set_up(here, NOON)
        clock.shift(timedelta(minutes=10))  # longer ago than it counts as just now
        for page in (CODES, f"{APP}remove/"):
            assert here.post(page)["Location"].startswith(AGAIN), page
        # A password is one mail away: with an app it is not asked.
        assert here.get(AGAIN)["Location"] == f"{AGAIN}code/"
        here.post(AGAIN, {"password": RIGHT, "next": CODES})
        assert here.get(CODES).status_code == 302
        here.post(f"{AGAIN}code/", {"code": old[0], "next": CODES})
        assert "New recovery codes?" in here.get(CODES).content.decode()
        new = re.findall(r"<li>([a-z2-9-]{14})</li>", here.post(CODES).content.decode())
        assert len(new) == 10
        assert second_step.spend_code(olga, old[1]) is None
        assert here.post(f"{APP}remove/")["Location"] == SECURITY
        assert not Authenticator.objects.exists()
        assert log_in(Browser())
        subjects = list(Message.objects.order_by("pk").values_list("subject", flat=True))
        assert subjects == ["New recovery codes", "The second step is off"]


def test_guessing_is_slowed_down(olga: User) -> None:
    """AUTH-6: five wrong codes, and the right one is not heard for a while."""
    with time_machine.travel(NOON, tick=False) as clock:
        here = Browser()
        log_in(here)
        secret, recovery = set_up(here, NOON)
        thief = Browser()
        log_in(thief)
        clock.shift(timedelta(seconds=30))
        for _time in range(5):
            thief.post(STEP, {"code": "000000"})
        thief.post(STEP, {"code": app_code(secret, NOON + timedelta(seconds=30))})
        thief.post(STEP, {"code": recovery[0]})
        assert not is_in(thief)
        clock.shift(timedelta(minutes=6))
        assert thief.post(STEP, {"code": recovery[0]})["Location"] == "/"


def test_a_secret_of_another_installation_opens_nothing(olga: User, settings: pytest.FixtureRequest) -> None:
    """A copy of the database opens nothing without the secret of its installation; recovery codes still help."""
    with time_machine.travel(NOON, tick=False):
        here = Browser()
        log_in(here)
        secret, recovery = set_up(here, NOON)
    settings.SECRET_KEY = "another" * 8  # type: ignore[attr-defined]
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert second_step.spend_code(olga, app_code(secret, NOON + timedelta(minutes=1))) is None
        assert second_step.spend_code(olga, recovery[0]) is not None


@pytest.mark.parametrize("said", ["", "null", "[]", "{}", "7", '{"id":"x","rawId":"x","response":{}}', '"\\u0000"'])
def test_a_made_up_passkey_is_refused_kindly(olga: User, said: str) -> None:
    cache.clear()
    stranger, owner = Browser(), Browser()
    answer = stranger.post("/accounts/login/passkey/", {"credential": said}, follow=True)
    assert (answer.status_code, is_in(stranger)) == (200, False)
    log_in(owner)
    owner.post(AGAIN, {"password": RIGHT, "next": SECURITY})
    assert owner.get(f"{SECURITY}passkeys/").status_code == 200
    assert owner.post(f"{SECURITY}passkeys/", {"credential": said, "name": "x"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_the_pages_speak_the_readers_language(olga: User) -> None:
    with time_machine.travel(NOON, tick=False):
        here = Browser()
        log_in(here)
        set_up(here, NOON)
        for language, word in (("es", "Seguridad"), ("fr", "Sécurité")):
            User.objects.update(language=language)
            assert word in here.get(SECURITY).content.decode()


def test_a_forged_host_gets_into_no_mail_and_a_reset_code_counts_once(olga: User) -> None:
    """AUTH-4."""
    browser = Browser(headers={"host": "evil.example"})
    assert browser.post("/accounts/password/reset/", {"email": olga.email}).status_code == 400
    assert not Message.objects.exists()
    browser = Browser(headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
    browser.post("/accounts/password/reset/", {"email": olga.email})
    browser.post(CODE, {"email": olga.email})
    mails = Message.objects.all()
    assert {mail.template for mail in mails} == {"password_reset_code", "login_code"}
    assert not any("evil" in mail.text + mail.html for mail in mails)

    browser = Browser()
    reset, complete = "/accounts/password/reset/confirm/", "/accounts/password/reset/complete/"
    browser.post("/accounts/password/reset/", {"email": olga.email})
    code = code_in(Message.objects.filter(template="password_reset_code").latest("pk"))
    assert browser.post(reset, {"code": code})["Location"] == complete
    new = "another horse battery"
    browser.post(complete, {"password1": new, "password2": new})
    assert log_in(Browser(), new)
    browser.post(reset, {"code": code})
    browser.post(complete, {"password1": RIGHT, "password2": RIGHT})
    assert not log_in(Browser())
