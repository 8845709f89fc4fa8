"""Passkeys in a real browser with a made authenticator (TRUST AUTH-6): added, used to log in, and removed."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.pages import PHONE, axe_finds
from plusone.kernel.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RIGHT = "correct horse battery"


@pytest.fixture
def olga(server: str) -> User:
    cache.clear()
    user = User.objects.create_user("olga@vela.example", RIGHT, language="en")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def with_authenticator(page: Page) -> Page:
    """Put an authenticator into the browser, whose owner is always there."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def looks_well(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_finds(page) == []


def by_password(page: Page, server: str) -> None:
    page.goto(f"{server}/accounts/login/")
    page.get_by_text("Use my password").click()
    page.locator("#id_login").fill("olga@vela.example")
    page.locator("#id_password").fill(RIGHT)
    page.get_by_role("button", name="Log in", exact=True).click()


def is_in(page: Page) -> bool:
    page.wait_for_load_state()
    return any(one["name"] == django_settings.SESSION_COOKIE_NAME for one in page.context.cookies()) and (
        "/accounts/" not in page.url
    )


def test_a_passkey_logs_in_and_is_a_second_step(olga: User, server: str, open_page: Open) -> None:
    """AUTH-6: it is made once, and logs in by one tap; with an app it stands for a code; removed, it opens nothing."""
    page = with_authenticator(open_page(size=PHONE))
    by_password(page, server)
    page.goto(f"{server}/accounts/security/")
    looks_well(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.locator("#id_password").fill(RIGHT)
    page.get_by_role("button", name="Continue").click()
    looks_well(page)
    page.get_by_label("Name").fill("Olga's phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("Olga's phone", exact=True)).to_be_visible()
    assert Authenticator.objects.get().last_used_at is None
    looks_well(page)

    page.context.clear_cookies()
    page.goto(f"{server}/accounts/login/?next=/accounts/security/")
    looks_well(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Security")).to_be_visible()
    assert Authenticator.objects.get().last_used_at is not None

    page.context.clear_cookies()
    by_password(page, server)
    assert is_in(page), "a passkey alone asks nothing more of another way in"

    TOTP.activate(olga, "A" * 32)
    page.context.clear_cookies()
    by_password(page, server)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    looks_well(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    page.goto(f"{server}/accounts/security/")
    with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=0):  # it has let her in just now: longer ago, it is asked
        page.get_by_role("link", name="Remove Olga's phone").click()
        page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


def test_a_removed_passkey_opens_nothing_and_no_script_shows_no_button(
    olga: User, server: str, open_page: Open
) -> None:
    page = with_authenticator(open_page(dark=True))
    by_password(page, server)
    page.goto(f"{server}/accounts/security/passkeys/")
    page.locator("#id_password").fill(RIGHT)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    looks_well(page)
    Authenticator.objects.all().delete()
    page.context.clear_cookies()
    page.goto(f"{server}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("That did not match. Try again.")).to_be_visible()
    bare = open_page(scripts=False)
    bare.goto(f"{server}/accounts/login/")
    assert bare.get_by_role("button", name="Use a passkey").count() == 0
    assert bare.get_by_role("button", name="Send me a code").is_visible()
