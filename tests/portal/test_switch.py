"""One person in two businesses, a tab for each: nothing bleeds from one into the other (ISO-10, Q-20, R-101, R-213)."""

import pytest
from django.test import Client as Browser

from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust
from plusone.store.models import Order
from world import NOON, add_client, login_of, make_product

pytestmark = pytest.mark.django_db


def test_two_tabs_never_mix(gym: Business, salon: Business) -> None:
    here = add_client(gym, "Ana", email="ana@mail.example")
    there = add_client(salon, "Ana", email="ana@mail.example")
    for client, amount in ((here, 1234), (there, 5678)):
        adjust(client.business, client.pk, amount, key="gift", reason="gift", actor="user:1", now=NOON)
    user = login_of(here)
    browser = Browser()
    browser.force_login(user)
    for _back_and_forth in range(2):
        for business, mine, other in ((gym, "12,34", "56,78"), (salon, "56,78", "12,34")):
            page = browser.get(f"/p/{business.slug}/balance/").content.decode()
            page = page.replace(".", ",")  # as the page speaks English or not
            assert (mine in page, other in page) == (True, False)
    cut = make_product(salon, "Cut")
    for method in ("GET", "POST"):
        assert browser.generic(method, f"/p/{gym.slug}/store/{cut.public_id}/checkout/").status_code == 404
    assert Order.objects.count() == 0


def test_switch_account_is_offered_to_whom_it_serves(gym: Business, salon: Business) -> None:
    """A client of one who works in another changes between them from the profile."""
    browser = Browser()
    browser.force_login(user := login_of(add_client(gym, "Ana", email="ana@mail.example")))
    assert "/switch" not in browser.get(f"/p/{gym.slug}/me/").content.decode()
    add_collaborator(salon, user, role="front_desk")
    assert 'href="/switch"' in browser.get(f"/p/{gym.slug}/me/").content.decode()
    places = browser.get("/switch").content.decode()
    assert (f"/p/{gym.slug}/" in places, f"/b/{salon.slug}/" in places) == (True, True)
