"""R-212: link and code are equal, so a code may still be typed at the checkout of a first purchase."""

import re

import pytest

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import register_without_referral
from plusone.referrals.models import Referral
from plusone.store.models import Order, Product
from world import add_client, bring, make_product, open_salon

from .conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def bono(gym: Business) -> Product:
    return make_product(gym, "Bono 10", 5000)


@pytest.fixture
def ben(gym: Business) -> Client:
    """Ben registered without a code."""
    lead = register_without_referral(
        gym, first_name="Ben", email="ben@friends.example", actor="public", now=clock.now()
    )
    assert lead
    return lead


def at(product: Product) -> str:
    return f"/p/studio-vela/store/{product.public_id}/checkout/"


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.usefixtures("campaign")
def test_the_code_brings_the_gift_and_the_gift_pays(
    gym: Business, ana: Client, ben: Client, bono: Product, log_in: LogIn
) -> None:
    browser = log_in(ben)
    page = browser.get(at(bono)).content.decode()
    assert "Did somebody send you? Their code" in page
    for code in ("bcdfghjkm", add_client(open_salon().business, "Zoe").code, ben.code):
        refused = browser.post(at(bono), {"quantity": 1, "use": "all", "code": code, "seen": seen(page)})
        assert refused.status_code == 422
    assert not Referral.objects.exists()
    noted = browser.post(at(bono), {"quantity": 1, "use": "all", "code": f" {ana.code.upper()} ", "name": "1"})
    page = noted.content.decode()
    assert "Ana L. sent you: noted, thank you." in page
    assert "Their code" not in page
    assert not Order.objects.exists()
    assert balance_of(gym, ben.pk, now=clock.now()).available == 1000
    assert seen(page) == "4000", "the gift is taken off"
    browser.post(at(bono), {"quantity": 1, "use": "all", "seen": "4000"})
    order, referral = Order.objects.get(), Referral.objects.get()
    assert (order.balance_used, order.due) == (1000, 4000)
    assert (referral.ambassador_id, referral.friend_id, referral.source) == (ana.pk, ben.pk, "code")


@pytest.mark.usefixtures("campaign")
def test_an_order_sent_with_the_code_shows_the_new_total_first(
    ana: Client, ben: Client, bono: Product, log_in: LogIn
) -> None:
    """Nobody pays less or more than the page said; an empty code with its button buys nothing."""
    browser = log_in(ben)
    browser.post(at(bono), {"quantity": 1, "use": "all", "seen": "5000", "code": "", "name": "1"})
    again = browser.post(at(bono), {"quantity": 1, "use": "all", "seen": "5000", "code": ana.code})
    assert again.status_code == 409
    assert seen(again.content.decode()) == "4000"
    assert not Order.objects.exists()
    assert Referral.objects.count() == 1


@pytest.mark.usefixtures("campaign")
def test_who_tries_many_codes_waits(ana: Client, ben: Client, bono: Product, log_in: LogIn) -> None:
    """FRA-11: after 20 unknown codes in a minute no code is looked up any more, not a right one either."""
    browser = log_in(ben)
    sent = {"quantity": 1, "use": "all", "name": "1"}
    assert {browser.post(at(bono), {**sent, "code": "bcdfghjkm"}).status_code for _number in range(20)} == {422}
    answer = browser.post(at(bono), {**sent, "code": ana.code})
    assert (answer.status_code, Referral.objects.exists()) == (422, False)
    assert "Too many tries. Please wait a minute, then try again." in answer.content.decode()


@pytest.mark.usefixtures("campaign")
def test_who_was_brought_or_is_a_client_is_not_asked(gym: Business, ana: Client, bono: Product, log_in: LogIn) -> None:
    tom, carla = bring(ana, "Tom").friend, add_client(gym, "Carla", email="carla@clients.example")
    for person in (tom, carla):
        browser = log_in(person)
        assert "Their code" not in browser.get(at(bono)).content.decode()
        browser.post(at(bono), {"quantity": 1, "use": "none", "seen": "5000", "code": ana.code})
    assert Order.objects.count() == 2
    assert Referral.objects.count() == 1


def test_without_a_campaign_nobody_is_asked(ben: Client, bono: Product, log_in: LogIn) -> None:
    assert "Their code" not in log_in(ben).get(at(bono)).content.decode()
