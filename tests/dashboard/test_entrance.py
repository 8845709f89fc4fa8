"""From logging in to a business: the start page, opening one, choosing between several."""

from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.connect.commands import delete_business, open_business
from plusone.connect.models import ApiKey
from plusone.kernel.countries import countries
from plusone.kernel.models import Business, Collaborator, User
from world import NOON

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
    named = {"once": once_of(first), "name": "Studio Vela", "kind": "salon", "country": "ES"}
    step = browser.post("/start", named)
    assert step["Location"] == "/start?details=1"  # an address that going back and forth finds again
    page = browser.get(step["Location"]).content.decode()
    for chosen in ("EUR", "Europe/Madrid", "es", "eu"):
        assert f'<option value="{chosen}" selected>' in page
    assert Business.objects.count() == 0
    back = browser.get("/start").content.decode()
    assert 'value="Studio Vela"' in back
    assert '<option value="salon" selected>' in back


def test_countries_stand_where_a_reader_looks_for_them() -> None:
    """Accents do not count: Bélgica comes before Bolivia, and Irán before Irlanda."""
    names = [name for _code, name in countries("es")]
    for first, then in (("Bélgica", "Bolivia"), ("Irán", "Irlanda"), ("Países Bajos", "Panamá"), ("Líbano", "Libia")):
        assert names.index(first) < names.index(then)


def test_business_opens_once_and_leads_home(db: None) -> None:
    user = User.objects.create_user("olga@vela.example", language="en")
    browser = browser_of(user)
    data = {**DETAILS, "once": "token-1", "open": "1", "currency": "USD", "legal_preset": "us"}
    answer = browser.post("/start", data)
    assert (answer.status_code, answer["Location"]) == (302, "/b/studio-vela/")
    assert "Tell us about your business" in text_of(browser.get("/start?details=1")), "there is nothing left to open"
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


def test_a_business_opened_by_a_command_is_asked_what_it_is_and_where(db: None, client: Browser) -> None:
    """UX task 1: the set-up link leads to two questions; until then the first step of the list stays open, phone
    numbers are read by the time zone, and nothing chooses a country by itself."""
    opened = open_business(
        name="Studio Vela",
        owner_email="olga@vela.example",
        currency="EUR",
        timezone="Europe/Madrid",
        language="en",
        actor="system",
        now=NOON,
    )
    assert (opened.business.country, opened.business.phone_country) == ("", "ES")
    answer = client.post(f"/setup/{opened.setup_token}")
    assert answer["Location"] == "/b/studio-vela/settings/place/"
    page = client.get(answer["Location"])
    assert '<option value="ES" selected>' in page.content.decode()
    assert "0 of 6 done" in text_of(client.get("/b/studio-vela/"))
    settings = client.get("/b/studio-vela/settings/").content.decode()
    assert '<option value="" selected>Choose the country</option>' in settings
    assert '<option value="AF" selected>' not in settings
    for wrong in ("", "ZZ"):
        assert client.post(answer["Location"], {"kind": "studio", "country": wrong}).status_code == 422
    assert Business.objects.get().country == ""
    done = client.post(answer["Location"], {"kind": "studio", "country": "DE", "once": once_of(page)})
    assert done["Location"] == "/b/studio-vela/"
    business = Business.objects.get()
    assert (business.kind, business.country, business.legal_preset, business.news_to) == (
        "studio",
        "DE",
        "dach",
        "agreed",
    )
    assert (business.currency, business.timezone) == ("EUR", "Europe/Madrid")
    assert "1 of 6 done" in text_of(client.get("/b/studio-vela/"))


def test_a_business_with_a_country_is_gone_to_at_once(db: None, client: Browser) -> None:
    opened = open_business(
        name="Studio Vela", owner_email="olga@vela.example", country_code="ES", actor="system", now=NOON
    )
    assert client.post(f"/setup/{opened.setup_token}")["Location"] == "/"


def test_the_link_of_a_business_that_is_no_more_says_so(db: None) -> None:
    """ISO-13: the login went with the business; the link is as one that is too old."""
    opened = open_business(name="Vela", owner_email="olga@vela.example", country_code="ES", actor="system", now=NOON)
    delete_business(opened.business, now=NOON)
    answer = Browser(raise_request_exception=False).post(f"/setup/{opened.setup_token}")
    assert answer.status_code == 410
    assert "not valid any more" in answer.content.decode()


def test_the_ways_to_add_clients_stand_side_by_side(gym: Business, olga: Browser, desk: Browser) -> None:
    """R-070, R-201: many at once first, from the list of set-up and from the empty list; each role sees its own."""
    ways = ("imports", "client_new", "client_invite", "client_link")
    there = [f'href="{reverse(f"b:{name}", args=[gym.slug])}"' for name in ways]
    for name in ("client_add", "clients"):
        page = olga.get(reverse(f"b:{name}", args=[gym.slug])).content.decode()
        assert [way in page for way in there] == [True] * 4
    page = desk.get(reverse("b:client_add", args=[gym.slug])).content.decode()
    assert [way in page for way in there] == [False, True, True, True]
