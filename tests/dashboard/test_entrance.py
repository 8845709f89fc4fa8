"""From logging in to a business: the start page, opening one, choosing between several."""

from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.connect.models import ApiKey
from plusone.kernel.models import Business, Collaborator, User

from .conftest import browser_of
from .pages import once_of, text_of

DETAILS = {
    "name": "Studio Vela",
    "kind": "studio",
    "country": "ES",
    "currency": "EUR",
    "timezone": "Europe/Madrid",
    "language": "es",
    "legal_preset": "eu",
}


def test_nobody_is_asked_to_log_in(db: None, client: Browser) -> None:
    assert client.get("/")["Location"] == "/accounts/login/"


def test_country_sets_currency_zone_language_and_rules(db: None) -> None:
    """The second step shows them, and they can be changed there."""
    browser = browser_of(User.objects.create_user("olga@vela.example", language="en"))
    assert browser.get("/")["Location"] == "/start"
    first = browser.get("/start", headers={"accept-language": "es-ES,es;q=0.9"})
    assert '<option value="ES" selected>' in first.content.decode()
    step = browser.post("/start", {"once": once_of(first), "name": "Studio Vela", "kind": "studio", "country": "ES"})
    page = step.content.decode()
    for chosen in ("EUR", "Europe/Madrid", "es", "eu"):
        assert f'<option value="{chosen}" selected>' in page
    assert Business.objects.count() == 0


def test_business_opens_once_and_leads_home(db: None) -> None:
    user = User.objects.create_user("olga@vela.example", language="en")
    browser = browser_of(user)
    data = {**DETAILS, "once": "token-1", "open": "1", "currency": "USD", "legal_preset": "us"}
    answer = browser.post("/start", data)
    assert (answer.status_code, answer["Location"]) == (302, "/b/studio-vela/")
    again = browser.post("/start", data)
    assert again["Location"] == "/b/studio-vela/"
    business = Business.objects.get()
    assert (business.currency, business.timezone, business.legal_preset) == ("USD", "Europe/Madrid", "us")
    assert Collaborator.objects.get().role == "owner"
    assert ApiKey.objects.count() == 0
    assert browser.get("/")["Location"] == "/b/studio-vela/"


def test_wrong_details_stand_at_their_fields(db: None) -> None:
    browser = browser_of(User.objects.create_user("olga@vela.example", language="en"))
    answer = browser.post("/start", {**DETAILS, "open": "1", "name": "", "currency": "QQQ"})
    assert answer.status_code == 200
    assert answer.content.decode().count('class="invalid-feedback"') == 2
    assert Business.objects.count() == 0


def test_several_places_are_offered(gym: Business, salon: Business, olga: Browser) -> None:
    """Q-20, R-213: an owner who is a client elsewhere chooses."""
    owner = User.objects.get(email="olga@vela.example")
    Collaborator.objects.create(business=salon, user=owner, role="manager")
    assert olga.get("/")["Location"] == "/switch"
    page = text_of(olga.get("/switch"))
    assert "Studio Vela" in page
    assert "Salon Lune" in page


def test_one_business_is_gone_to_at_once(gym: Business, olga: Browser) -> None:
    assert olga.get("/")["Location"] == "/b/studio-vela/"


def test_start_needs_a_login(db: None, client: Browser) -> None:
    for page in ("/start", "/switch"):
        assert client.get(page)["Location"].startswith("/accounts/login/")


def test_client_alone_is_led_to_the_portal(ana: Client, ana_herself: Browser) -> None:
    from plusone.faces.ui.navigation import url_of

    portal = url_of("p:home", business=ana.business)
    assert ana_herself.get("/")["Location"] == (portal or "/start")
