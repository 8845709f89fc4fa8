"""DEL-3, DEL-4, PRI-5: stopping promotional mail."""

import pytest
from django.test import Client as Browser

from plusone.clients.commands import set_promotions
from plusone.clients.models import Client, Consent
from plusone.clients.preferences import unsubscribe_token, wants
from plusone.connect.commands import edit_business, open_business
from plusone.events.models import Event
from plusone.kernel import clock
from world import add_client, bring, launch, open_gym

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Client:
    client = add_client(open_gym().business, "Ana", "López")
    set_promotions(client, True, text="Yes, please", source="portal", actor=f"client:{client.pk}", now=clock.now())
    return client


def test_looking_changes_nothing(ana: Client) -> None:
    """DEL-4: mail scanners open every link, three times."""
    browser, before = Browser(), Event.objects.count()
    for _ in range(3):
        response = browser.get(f"/u/{unsubscribe_token(ana)}")
        assert response.status_code == 200
        assert response.cookies == {}
        assert browser.head(f"/u/{unsubscribe_token(ana)}").status_code == 200
    assert wants(ana)
    assert (Consent.objects.count(), Event.objects.count()) == (1, before)


def test_the_button_stops_it_without_a_cookie(ana: Client) -> None:
    """DEL-3: one POST, as mail programs send it; a second changes nothing."""
    browser = Browser(enforce_csrf_checks=True)
    for _ in range(2):
        response = browser.post(f"/u/{unsubscribe_token(ana)}", {"List-Unsubscribe": "One-Click"}, HTTP_ORIGIN="null")
        assert (response.status_code, response.cookies) == (200, {})
    assert not wants(ana)
    assert list(Consent.objects.order_by("pk").values_list("given", "source")) == [
        (True, "portal"),
        (False, "unsubscribe"),
    ]
    told = Event.objects.filter(name="client.preference_set").last()
    assert told
    assert told.data == {"purpose": "promotions", "given": False}


def test_silence_is_consent_of_the_businesss_own_clients_alone(ana: Client) -> None:
    """R-243: the setting holds for clients added from now on; a friend who registers is never told unasked."""
    gym = ana.business
    eva = add_client(gym, "Eva")
    edit_business(gym, news_to="agreed", actor="user:1", now=clock.now())
    leo = add_client(gym, "Leo")
    launch(gym)
    ben = bring(ana, "Ben").friend
    assert [wants(client) for client in (eva, leo, ben)] == [True, False, False]
    told = {client.first_name for client in Client.objects.of(gym).wanting_news()}
    assert told == {"Ana", "Eva"}
    for client, given in ((eva, False), (leo, True), (ben, True)):
        set_promotions(client, given, text="News?", source="portal", actor="user:1", now=clock.now())
    told = {client.first_name for client in Client.objects.of(gym).wanting_news()}
    assert told == {"Ana", "Leo", "Ben"}


def test_where_the_law_asks_first_so_does_the_business() -> None:
    opened = open_business(name="Studio Spree", owner_email="uta@spree.example", country_code="DE", now=clock.now())
    assert opened.business.news_to == "agreed"
    assert not wants(add_client(opened.business, "Uwe"))


def test_the_address_holds_nobody(ana: Client) -> None:
    token = unsubscribe_token(ana)
    assert "ana" not in token.lower().partition(".")[0] or ana.public_id in token
    assert ana.email
    assert ana.email not in token


@pytest.mark.parametrize("token", ["x", "a.b", "{id}.forged"])
def test_a_made_up_token_is_not_there(ana: Client, token: str) -> None:
    browser = Browser()
    path = "/u/" + token.format(id=ana.public_id)
    assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)
    assert wants(ana)
