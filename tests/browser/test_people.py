"""UX 6 and 13: what clients do on a phone, in a real browser, with and without JavaScript."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from browser.conftest import Open
from browser.pages import PHONE
from plusone.clients.commands import activate, attach_logins
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.commands import user_for
from plusone.referrals.queries import link_of
from plusone.store.models import Order, Product
from world import EUR10, add_client, bring, launch, make_product, open_gym

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(server: str) -> Client:
    gym = open_gym().business
    client = add_client(gym, "Ana", "López", email="ana@clients.example")
    launch(gym, friend=EUR10)
    for name in ("Ben", "Eva"):
        activate(bring(client, name).friend, actor="user:1", now=clock.now())
    bring(client, "Tom")
    return client


@pytest.fixture
def bono(ana: Client) -> Product:
    return make_product(ana.business, "Bono 10", 5000)


def logged_in(page: Page, client: Client, url: str) -> Page:
    user = user_for(client.email or "", language="en")
    attach_logins(user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": url}])
    return page


def test_the_total_follows_what_is_chosen_and_a_double_tap_is_one_order(
    ana: Client, bono: Product, server: str, open_page: Open
) -> None:
    """UX 13: four taps; price, balance and rest stand there before anything is bought."""
    page = logged_in(open_page(size=PHONE), ana, server)
    page.goto(f"{server}/p/studio-vela/store/")
    page.get_by_role("link", name="Bono 10").click()
    page.get_by_role("link", name="Buy").click()
    due = page.locator("[data-due]")
    assert due.inner_text() == "€20.00"
    page.get_by_role("button", name="One more").click()
    assert due.inner_text() == "€70.00"
    page.get_by_label("Amount of balance to use").fill("12.5")
    assert (page.locator("[data-used]").inner_text(), due.inner_text()) == ("−€12.50", "€87.50")
    page.get_by_label("No, keep it for later").check()
    assert due.inner_text() == "€100.00"
    page.get_by_label("Only this part of it").check()
    page.get_by_role("button", name="Place the order").dblclick()
    page.get_by_role("heading", name="Pay at the desk of Studio Vela").wait_for()
    order = Order.objects.get()
    assert (order.total, order.balance_used, order.due) == (10000, 1250, 8750)


def test_without_javascript_the_new_total_is_shown_first(
    ana: Client, bono: Product, server: str, open_page: Open
) -> None:
    page = logged_in(open_page(size=PHONE, scripts=False), ana, server)
    page.goto(f"{server}/p/studio-vela/store/{bono.public_id}/checkout/")
    page.locator("#quantity").fill("2")
    page.get_by_role("button", name="Work out the total").click()
    assert page.locator("[data-due]").inner_text() == "€70.00"
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("heading", name="Pay at the desk of Studio Vela").wait_for()
    assert Order.objects.get().due == 7000


def test_the_edited_message_goes_with_every_way_and_the_way_is_counted(
    ana: Client, server: str, open_page: Open
) -> None:
    """UX 6, R-295, R-327."""
    page = logged_in(open_page(size=PHONE), ana, server)
    page.goto(f"{server}/p/studio-vela/refer/")
    page.get_by_label("Your message").fill("Come with me & dance")
    for name, start in (("WhatsApp", "https://wa.me/?text="), ("E-mail", "mailto:"), ("SMS", "sms:")):
        address = page.get_by_role("link", name=name, exact=True).get_attribute("href") or ""
        assert address.startswith(start)
        assert "Come%20with%20me%20%26%20dance%20(I%20receive%20a%20reward" in address
        assert address.endswith(re.sub(r"[:/]", lambda found: f"%{ord(found[0]):02X}", link_of(ana)))
    with page.expect_response("**/refer/shared/") as answer:
        page.get_by_role("button", name="Copy link").click()
    assert answer.value.status == 204
    assert Event.objects.get(name="referral_link.shared").data == {"channel": "copy"}
