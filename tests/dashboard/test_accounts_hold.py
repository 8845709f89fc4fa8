"""Accounts that hold: throttles, sessions, codes and passwords (TRUST AUTH-1 to AUTH-5, AUTH-7, AUTH-11)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from plusone.kernel.models import User
from plusone.messaging.models import Message

from .test_accounts import CODE, CONFIRM, LOGIN, code_in

RIGHT, WRONG = "correct horse battery", "wrong horse battery"
SESSIONS = "/accounts/sessions/"


@pytest.fixture
def olga_user(db: None) -> User:
    cache.clear()
    return User.objects.create_user("olga@vela.example", RIGHT, language="en")


def log_in(browser: Browser, password: str = RIGHT, email: str = "olga@vela.example") -> bool:
    browser.post(LOGIN, {"login": email, "password": password})
    return "_auth_user_id" in browser.session


def proved(user: User) -> User:
    """With a password alone an address has to be proved once."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_wrong_passwords_throttle_their_sender_and_nobody_else(olga_user: User) -> None:
    """AUTH-1: ten wrong ones from one address are stopped there, and Olga logs in from hers."""
    proved(olga_user)
    thief, olga = Browser(REMOTE_ADDR="203.0.113.5"), Browser(REMOTE_ADDR="198.51.100.7")
    assert not any(log_in(thief, WRONG) for _time in range(10))
    assert not log_in(thief), "the right one is not heard from there any more"
    assert log_in(olga)


def test_pages_answer_alike_for_known_and_unknown_addresses(olga_user: User) -> None:
    """AUTH-2: same status and same words after a wrong password, and when a new password is asked for."""
    proved(olga_user)
    blind = re.compile(r'nonce="[^"]*"|value="[^"]*"|\s+')
    for path, name in ((LOGIN, "login"), ("/accounts/password/reset/", "email")):
        said = []
        for email in ("olga@vela.example", "nobody@vela.example"):
            answer = Browser().post(path, {name: email, "password": WRONG})
            text = blind.sub("", answer.content.decode().replace(email, "X"))
            said.append((answer.status_code, answer.get("Location"), text))
        assert said[0] == said[1], path


def test_password_change_ends_all_other_sessions(olga_user: User) -> None:
    """AUTH-3: a new session id at log-in; the browser that changed it stays, the others are out."""
    proved(olga_user)
    here, there = Browser(), Browser()
    here.get(LOGIN)
    before = here.session.session_key
    assert log_in(here)
    assert log_in(there)
    assert here.session.session_key != before
    new = "another horse battery"
    here.post("/accounts/password/change/", {"oldpassword": RIGHT, "password1": new, "password2": new})
    assert here.get("/switch").status_code == 200
    assert there.get("/switch")["Location"].startswith(LOGIN)


def test_sessions_are_listed_and_ended(olga_user: User) -> None:
    proved(olga_user)
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604.1"
    here, there, third = Browser(), Browser(HTTP_USER_AGENT=phone), Browser()
    assert all(log_in(browser) for browser in (here, there, third))
    page = here.get(SESSIONS).content.decode()
    assert "Safari · iPhone" in page
    ends = re.findall(r'action="(/accounts/sessions/\d+/end/)"', page)
    assert len(ends) == 2
    stranger = Browser()
    stranger.force_login(User.objects.create_user("eva@vela.example"))
    assert stranger.post(ends[0]).status_code == 404
    assert Browser().post(ends[0])["Location"].startswith(LOGIN)
    here.post(ends[1])
    ended = [browser.get("/switch").status_code for browser in (there, third)]
    assert sorted(ended) == [200, 302]
    here.post(f"{SESSIONS}end-others/")
    assert [browser.get("/switch").status_code for browser in (here, there, third)] == [200, 302, 302]


def test_login_code_is_used_once_and_soon(olga_user: User) -> None:
    """AUTH-5: looking at the page uses nothing up; a code works once, and ten minutes at most."""
    browser = Browser()
    browser.post(CODE, {"email": olga_user.email})
    code = code_in(Message.objects.get(template="login_code"))
    for _time in range(3):
        assert browser.get(CONFIRM).status_code == 200
    assert Browser().post(CONFIRM, {"code": code}).status_code == 302  # another browser did not ask for it
    assert browser.post(CONFIRM, {"code": code})["Location"] == "/"
    browser.post("/accounts/logout/")
    browser.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in browser.session

    late = Browser()
    late.post(CODE, {"email": olga_user.email})
    code = code_in(Message.objects.filter(template="login_code").latest("pk"))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        late.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in late.session


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("h7$kQ2z", False),
        ("password12", False),
        ("qwertyuiop", False),
        ("correct horse " * 5, True),
        ("x7 " * 42, True),
        ("🐎🔋🐎🔋🐎🔋🐎🔋🐎🔋", True),
        ("three plain words", True),
    ],
)
def test_passwords(db: None, password: str, is_taken: bool) -> None:
    """AUTH-7: short and common ones are refused; long ones, emoji and spaces are fine, and no rule on characters."""
    cache.clear()
    Browser().post("/accounts/signup/", {"email": "ida@vela.example", "password1": password})
    assert User.objects.filter(email="ida@vela.example").exists() == is_taken


@pytest.mark.parametrize("away", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_log_in_leads_nowhere_else(olga_user: User, away: str) -> None:
    """AUTH-11."""
    proved(olga_user)
    answer = Browser().post(LOGIN, {"login": olga_user.email, "password": RIGHT, "next": away})
    assert (answer.status_code, answer["Location"]) == (302, "/")
