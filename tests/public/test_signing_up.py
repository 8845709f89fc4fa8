"""R-070, R-201, AUTH-8, PRI-9: the shared sign-up link, from the owner's switch to the client's first page."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from dashboard.conftest import browser_of
from filling_in import fill_in, page_of, token_in
from plusone.clients.commands import open_signup_link
from plusone.clients.models import Client, Consent, SignupLink
from plusone.clients.queries import signup_link_of
from plusone.events.models import Event
from plusone.kernel.models import Business, User
from plusone.messaging.models import Message
from plusone.store.models import Order
from world import NOON, House, add_client, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(house: House) -> Browser:
    User.objects.filter(pk=house.owner.pk).update(language="en")
    return browser_of(house.owner)


@pytest.fixture
def link(gym: Business) -> SignupLink:
    return open_signup_link(gym, actor="user:1", now=NOON)


def switch(olga: Browser, gym: Business, **sent: str) -> str:
    answer = olga.post(f"/b/{gym.slug}/clients/link/change/", sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def words(response: Any) -> str:
    """The answer without what the reader typed and what is new in each form."""
    return re.sub(r'(value="|nonce=")[^"]+', "", response.content.decode())


def test_the_owner_switches_it_on_changes_renews_and_ends_it(gym: Business, olga: Browser, browser: Browser) -> None:
    """One link a business; what was before leads to a page that says so, and registers nobody."""
    assert "Switch the link on" in page_of(olga, f"/b/{gym.slug}/clients/link/")
    page = switch(olga, gym, act="on", becomes="active")
    first = SignupLink.objects.get()
    assert f"/signup/{first.token}" in page
    assert "QR code of your sign-up link" in page
    assert gym.slug not in first.token
    assert "Saved." in switch(olga, gym, act="save", becomes="lead")
    switch(olga, gym, act="renew", becomes="lead")
    second = signup_link_of(gym)
    assert second is not None
    assert (second.becomes, second.token == first.token) == ("lead", False)
    token = token_in(page_of(browser, f"/signup/{second.token}"))
    assert browser.get(f"/signup/{first.token}").status_code == 410
    switch(olga, gym, act="off")
    refused = fill_in(browser, f"/signup/{second.token}", token)
    assert (refused.status_code, Client.objects.count()) == (410, 0)
    assert browser.get("/signup/nobodys").status_code == 404
    named = Event.objects.filter(name__startswith="signup_link").order_by("pk").values_list("name", flat=True)
    assert [name.removeprefix("signup_link.") for name in named] == [
        "opened", "changed", "ended", "opened", "ended",
    ]  # fmt: skip


def test_who_fills_it_in_is_a_client_who_can_log_in(gym: Business, link: SignupLink, browser: Browser) -> None:
    """Active at once, once, with their words of consent; opening the page changes nothing and keeps no cookie."""
    Business.objects.filter(pk=gym.pk).update(consent_required=True)
    before = Event.objects.count()
    response = browser.get(f"/signup/{link.token}?lang=fr")
    assert (response.cookies, Event.objects.count()) == ({}, before)
    token = token_in(response.content.decode())
    unasked = fill_in(browser, f"/signup/{link.token}?lang=fr", token)
    assert (unasked.status_code, Client.objects.count()) == (422, 0)
    for _ in range(2):
        fill_in(browser, f"/signup/{link.token}?lang=fr", token, phone="600 333 444", consent="on")
    ben = Client.objects.get()
    assert (ben.status, ben.access, ben.source, ben.language) == ("active", True, "signup", "fr")
    assert (ben.email, ben.phone, ben.first_name) == ("ben@friends.example", "+34600333444", "Ben")
    assert Consent.objects.filter(client=ben, purpose="contact", given=True, source="signup").count() == 1
    assert [event.name for event in Event.objects.filter(client_id=ben.pk)] == ["client.created"]


def test_signs_of_spam_and_the_setting_make_a_lead(gym: Business, link: SignupLink, browser: Browser) -> None:
    """CONTRACT, Pages: signs never refuse; a person looks first."""
    fill_in(browser, f"/signup/{link.token}", topic="cheap watches")
    SignupLink.objects.update(becomes="lead")
    fill_in(browser, f"/signup/{link.token}", first_name="Eva", email="eva@friends.example")
    assert list(Client.objects.order_by("pk").values_list("first_name", "status")) == [("Ben", "lead"), ("Eva", "lead")]


def test_the_link_may_bring_a_plan_whose_order_waits(
    gym: Business, salon: Business, link: SignupLink, browser: Browser, olga: Browser
) -> None:
    """R-201, “show link”: the same link with a plan in it; who is in doubt or known already has no order."""
    plan, foreign = make_product(gym, "Bono 10", price=9000), make_product(salon, "Corte")
    shown = page_of(olga, f"/b/{gym.slug}/clients/link/?plan={plan.public_id}")
    assert f"/signup/{link.token}?plan={plan.public_id}" in shown
    assert f"/signup/{link.token}?plan=" not in page_of(olga, f"/b/{gym.slug}/clients/link/?plan={foreign.public_id}")
    path = f"/signup/{link.token}?plan={plan.public_id}&lang=en"
    page = page_of(browser, path)
    assert "Bono 10 · €90.00" in page
    assert "nothing is charged here" in page
    assert f'name="plan" value="{plan.public_id}"' in page
    fill_in(browser, path, plan=plan.public_id)
    order = Order.objects.get()
    assert (order.client.first_name, order.state, order.due) == ("Ben", "awaiting_payment", 9000)
    fill_in(browser, path, plan=plan.public_id)
    fill_in(browser, path, plan=plan.public_id, first_name="Spam", email="spam@friends.example", topic="cheap watches")
    fill_in(browser, path, plan=foreign.public_id, first_name="Eva", email="eva@friends.example")
    assert sorted(Client.objects.filter(business=gym).values_list("first_name", flat=True)) == ["Ben", "Eva", "Spam"]
    assert Order.objects.count() == 1


def test_it_says_the_same_to_everyone(gym: Business, link: SignupLink, browser: Browser) -> None:
    """AUTH: whom the business knows gets the truth by mail, once a day; nothing of theirs changes."""
    ana = add_client(gym, "Ana", "López", email="ben@friends.example")
    known = fill_in(browser, f"/signup/{link.token}")
    fill_in(browser, f"/signup/{link.token}")
    ana.refresh_from_db()
    assert (Client.objects.count(), ana.first_name) == (1, "Ana")
    assert Message.objects.filter(template="signup.known", to="ben@friends.example").count() == 1
    Client.objects.filter(pk=ana.pk).update(email=None, email_key="")
    new = fill_in(browser, f"/signup/{link.token}")
    assert (Client.objects.count(), words(new)) == (2, words(known))


def test_other_sites_and_other_pages_forms_are_refused(gym: Business, link: SignupLink, browser: Browser) -> None:
    """AUTH-8: the Origin and the signed token of this very page."""
    token = token_in(page_of(browser, f"/signup/{link.token}"))
    assert fill_in(browser, f"/signup/{link.token}", token, HTTP_ORIGIN="https://evil.example").status_code == 403
    other = open_signup_link(gym, actor="user:1", now=NOON)
    assert fill_in(browser, f"/signup/{other.token}", token).status_code == 403
    assert fill_in(browser, f"/signup/{other.token}", email="no address").status_code == 422
    assert Client.objects.count() == 0


def test_a_business_cannot_have_two(gym: Business, link: SignupLink) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SignupLink.objects.create(business=gym, created_by="user:1", created_at=NOON)
    assert signup_link_of(gym) == link
