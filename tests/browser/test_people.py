"""UX 6-9, 13: what friends and clients do on a phone, in a real browser, with and without JavaScript."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from browser.conftest import Open
from browser.pages import DESK, PHONE, axe_finds
from plusone.clients.commands import activate, attach_logins
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.commands import user_for
from plusone.referrals.models import Referral
from plusone.referrals.queries import link_of
from plusone.store.models import Order, Product
from world import EUR10, add_client, bring, launch, make_product, open_gym

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(live_server: Any, settings: Any) -> Client:
    settings.BASE_URL = live_server.url
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


def fits(page: Page) -> bool:
    """Say whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_friend_registers_on_a_phone(ana: Client, live_server: Any, open_page: Open, scripts: bool) -> None:
    """UX 8: two fields and a button, with JavaScript off too; then the way to a login without typing it again."""
    page = open_page(size=PHONE, scripts=scripts)
    page.goto(f"{live_server.url}/r/{ana.code}")
    assert page.url.startswith(f"{live_server.url}/join/{ana.code}")
    page.get_by_label("First name").fill("Lea")
    page.get_by_label("E-mail").fill("lea@friends.example")
    page.get_by_role("button", name="Register and get my gift").click()
    page.get_by_role("heading", name="Thank you, Lea!").wait_for()
    assert Referral.objects.filter(friend__email="lea@friends.example", ambassador=ana).count() == 1
    page.get_by_role("button", name="Send me a login code").click()
    page.wait_for_url("**/accounts/login/code/**")
    assert "lea@friends.example" in page.content()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_people_is_accessible(
    ana: Client, bono: Product, live_server: Any, open_page: Open, size: dict[str, int], dark: bool
) -> None:
    """0 findings of axe, nothing wider than the screen, a clean console: light and dark, phone and desk."""
    url = live_server.url
    page = open_page(size=size, dark=dark)
    strangers = [f"/join/{ana.code}", "/at/studio-vela"]
    portal = ["", "refer/", "refer/qr/", "refer/friends/", "balance/", "store/", "orders/", "me/"]
    portal += [f"store/{bono.public_id}/", f"store/{bono.public_id}/checkout/"]
    logged_in(page, ana, url)
    for path in strangers + [f"/p/studio-vela/{path}" for path in portal]:
        page.goto(url + path)
        assert (path, axe_finds(page)) == (path, [])
        assert (path, fits(page)) == (path, True)


def test_nothing_is_cut_at_320_pixels(ana: Client, bono: Product, live_server: Any, open_page: Open) -> None:
    page = logged_in(open_page(size={"width": 320, "height": 600}), ana, live_server.url)
    paths = ["", "refer/", "balance/", "store/", "me/", f"store/{bono.public_id}/checkout/"]
    for path in [f"/join/{ana.code}", *(f"/p/studio-vela/{path}" for path in paths)]:
        page.goto(live_server.url + path)
        assert (path, fits(page)) == (path, True)


def test_the_total_follows_what_is_chosen_and_a_double_tap_is_one_order(
    ana: Client, bono: Product, live_server: Any, open_page: Open
) -> None:
    """UX 13: four taps; price, balance and rest stand there before anything is bought."""
    page = logged_in(open_page(size=PHONE), ana, live_server.url)
    page.goto(f"{live_server.url}/p/studio-vela/store/")
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
    ana: Client, bono: Product, live_server: Any, open_page: Open
) -> None:
    page = logged_in(open_page(size=PHONE, scripts=False), ana, live_server.url)
    page.goto(f"{live_server.url}/p/studio-vela/store/{bono.public_id}/checkout/")
    page.locator("#quantity").fill("2")
    page.get_by_role("button", name="Work out the total").click()
    assert page.locator("[data-due]").inner_text() == "€70.00"
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("heading", name="Pay at the desk of Studio Vela").wait_for()
    assert Order.objects.get().due == 7000


def test_the_edited_message_goes_with_every_way_and_the_way_is_counted(
    ana: Client, live_server: Any, open_page: Open
) -> None:
    """UX 6, R-295, R-327."""
    page = logged_in(open_page(size=PHONE), ana, live_server.url)
    page.goto(f"{live_server.url}/p/studio-vela/refer/")
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


def test_the_qr_code_is_there_without_a_network(ana: Client, live_server: Any, open_page: Open) -> None:
    """UX 7: kept after the first page, in one tap, offline too."""
    page = logged_in(open_page(size=PHONE), ana, live_server.url)
    page.goto(f"{live_server.url}/p/studio-vela/")
    page.wait_for_function(
        "async () => (await caches.keys()).length && !!(await caches.match('/p/studio-vela/refer/qr/'))"
    )
    page.reload()
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/p/studio-vela/refer/qr/")
    assert page.locator("svg.qr").is_visible()
    assert link_of(ana) in page.content()
