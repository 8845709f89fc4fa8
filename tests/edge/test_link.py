"""R-019, CASES 2, 4-7, FRA-6, FRA-7, FRA-11: what a link answers, by the server's own function and by Django."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.client import ClientHandler

from plusone.clients.commands import archive, delete_client
from plusone.clients.models import Client
from plusone.faces.edge import app
from plusone.kernel import clock
from plusone.referrals.commands import deactivate_campaign
from plusone.referrals.models import Campaign, Visit
from plusone.referrals.touches import visit_behind
from world import add_client, launch, open_gym, open_salon

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
type Ask = Callable[..., tuple[int, dict[str, str]]]


@pytest.fixture
def ana() -> Client:
    gym = open_gym().business
    client = add_client(gym, "Ana", "López", phone="+34600111222")
    launch(gym)
    return client


@pytest.fixture(params=["server", "django"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Ask for a link, ahead of Django as the server does, and without that as the test client does."""

    def django(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        response = ClientHandler(enforce_csrf_checks=False)(environ)
        start(f"{response.status_code} -", list(response.items()))
        return [response.content]

    wrapped = app.wrap(django)

    def by_server(path: str, *, method: str = "GET", agent: str = PHONE, **headers: str) -> tuple[int, dict[str, str]]:
        environ = RequestFactory().generic(method, path, HTTP_USER_AGENT=agent, **headers).environ
        answer: dict[str, Any] = {}

        def start(status: str, found: list[tuple[str, str]], *_more: object) -> None:
            answer.update(status=int(status.split()[0]), headers=dict(found))

        list(wrapped(environ, start))
        return answer["status"], answer["headers"]

    def by_django(path: str, *, method: str = "GET", agent: str = PHONE, **headers: str) -> tuple[int, dict[str, str]]:
        response = Browser().generic(method, path, HTTP_USER_AGENT=agent, **headers)
        return response.status_code, dict(response.headers)

    return by_server if request.param == "server" else by_django


def test_a_visit_is_written_and_leads_to_the_invitation(ana: Client, ask: Ask) -> None:
    """R-019: one row, committed before the answer; the answer carries its token and no person."""
    status, headers = ask(f"/r/{ana.code}")
    visit = Visit.objects.get()
    to = urlsplit(headers["Location"])
    assert status == 302
    assert (visit.business_id, visit.client_id, visit.campaign_id) == (
        ana.business_id,
        ana.pk,
        Campaign.objects.get().pk,
    )
    assert to.path == f"/join/{ana.code}"
    assert visit_behind(parse_qs(to.query)["v"][0]) == visit.pk
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("spelt", ["{upper}", "%20{code}%20", "{code}/", "{title}"])
def test_any_spelling_of_a_code_is_the_same_link(ana: Client, ask: Ask, spelt: str) -> None:
    """CASES 2."""
    status, headers = ask("/r/" + spelt.format(code=ana.code, upper=ana.code.upper(), title=ana.code.title()))
    assert (status, urlsplit(headers["Location"]).path) == (302, f"/join/{ana.code}")
    assert Visit.objects.count() == 1


def test_no_personal_data_in_the_address(ana: Client, ask: Ask) -> None:
    """CASES 6: no name, e-mail or phone, plain or encoded."""
    location = ask(f"/r/{ana.code}")[1]["Location"].lower()
    for personal in ("ana", "lópez", quote("lópez").lower(), "clients.example", "%40", "600111222"):
        assert personal not in location.replace(ana.code, "")


def test_what_the_business_put_on_the_link_stays(ana: Client, ask: Ask) -> None:
    """CASES 5; a token that somebody brings along is replaced by the visit's own."""
    query = parse_qs(
        urlsplit(ask(f"/r/{ana.code}?existing=param&utm_source=p%C3%B3ster&v=made-up&empty=")[1]["Location"]).query,
        keep_blank_values=True,
    )
    assert query.pop("v") != ["made-up"]
    assert query == {"existing": ["param"], "utm_source": ["póster"], "empty": [""]}


def test_a_query_cannot_write_headers(ana: Client, ask: Ask) -> None:
    location = ask(f"/r/{ana.code}?a=b%0d%0aSet-Cookie:%20x=1")[1]["Location"]
    assert "\r" not in location
    assert "\n" not in location


NOT_VISITS = [
    {"agent": "WhatsApp/2.23.20.0 A"},
    {"agent": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"},
    {"agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
    {"agent": "Twitterbot/1.0"},
    {"agent": "TelegramBot (like TwitterBot)"},
    {"agent": "Mozilla/5.0 (compatible; GPTBot/1.0; +https://openai.com/gptbot)"},
    {"agent": ""},
    {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
    {"HTTP_SEC_FETCH_MODE": "no-cors", "HTTP_SEC_FETCH_DEST": "image"},
    {"HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_DEST": "iframe"},
    {"HTTP_SEC_FETCH_MODE": "no-cors", "HTTP_SEC_FETCH_DEST": "script"},
    {"HTTP_SEC_FETCH_MODE": "navigate"},
    {"HTTP_SEC_FETCH_DEST": "document"},
    {"HTTP_SEC_FETCH_SITE": "none"},
    {"method": "HEAD"},
]


@pytest.mark.parametrize("looks", NOT_VISITS, ids=str)
def test_what_is_no_visit_is_led_on_and_not_counted(ana: Client, ask: Ask, looks: dict[str, str]) -> None:
    """FRA-6, FRA-7: bots too get the page with its preview tags; no visit, no token."""
    status, headers = ask(f"/r/{ana.code}?a=1", **looks)
    assert (status, headers["Location"]) == (302, f"/join/{ana.code}?a=1")
    assert Visit.objects.count() == 0


def test_a_browsers_own_navigation_counts(ana: Client, ask: Ask) -> None:
    ask(f"/r/{ana.code}", HTTP_SEC_FETCH_MODE="navigate", HTTP_SEC_FETCH_DEST="document")
    assert Visit.objects.count() == 1


def test_a_campaign_that_ended_closes_the_link_and_its_return_opens_it(ana: Client, ask: Ask) -> None:
    """CASES 4, R-051: 410 with the business's contact, nothing written."""
    campaign = Campaign.objects.get()
    deactivate_campaign(campaign, actor="user:1", now=clock.now())
    assert ask(f"/r/{ana.code}")[0] == 410
    assert ask(f"/r/{ana.code}", method="HEAD")[0] == 410
    assert Visit.objects.count() == 0


def test_the_link_of_who_is_no_active_client_is_closed(ana: Client, ask: Ask) -> None:
    """An archived client's link answers 410; a deleted one's is not known."""
    archive(ana, actor="user:1", now=clock.now())
    assert ask(f"/r/{ana.code}")[0] == 410
    delete_client(ana, actor="user:1", now=clock.now())
    assert ask(f"/r/{ana.code}")[0] == 404
    assert Visit.objects.count() == 0


def test_a_business_without_a_campaign_does_not_live_on_its_neighbours(ana: Client, ask: Ask) -> None:
    """CASES 7."""
    zoe = add_client(open_salon().business, "Zoé")
    assert ask(f"/r/{zoe.code}")[0] == 410


def test_guessing_is_slowed_down_and_known_codes_are_not(ana: Client, ask: Ask) -> None:
    """FRA-11: 20 unknown codes a minute and address, then 429; a right link still works."""
    answers = [
        ask(f"/r/bcdfghj{pair}")[0] for pair in ("22", "23", "24", "25", "26", "27", "28", "29", "32", "33", "34", "35")
    ]
    answers += [ask("/r/wrong")[0] for _ in range(10)]
    assert answers == [404] * 20 + [429] * 2
    assert ask("/r/wrong", REMOTE_ADDR="203.0.113.9")[0] == 404
    assert ask(f"/r/{ana.code}")[0] == 302


def test_the_table_of_guesses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """FRA-11: many addresses cannot fill the memory."""
    from plusone.faces.ui import limits

    monkeypatch.setattr(limits, "KEYS_MAX", 3)
    limiter = limits.Limiter(1, 60)
    assert [limiter.allows(key) for key in ("a", "a", "b", "c", "d", "a")] == [True, False, True, True, True, True]
    assert len(limiter._seen) == 3


def test_only_a_near_proxy_may_say_who_asks(settings: Any) -> None:
    """FUZ-11: the header of anybody else is ignored."""
    from plusone.faces.ui.limits import address_of

    forwarded = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.7"}
    assert address_of(forwarded) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address_of(forwarded) == "203.0.113.7"
    assert address_of({**forwarded, "REMOTE_ADDR": "8.8.8.8"}) == "8.8.8.8"
    assert address_of({"REMOTE_ADDR": "2001:db8::1:2:3"}) == "2001:db8::/64"


def test_other_methods_are_refused(ana: Client, ask: Ask) -> None:
    assert ask(f"/r/{ana.code}", method="POST")[0] == 405
    assert Visit.objects.count() == 0


def test_one_query_and_one_row(ana: Client, django_assert_num_queries: Any) -> None:
    environ = RequestFactory().get(f"/r/{ana.code}", HTTP_USER_AGENT=PHONE).environ
    with django_assert_num_queries(2):
        app.decide(environ, ana.code)


def test_a_full_disk_does_not_shut_the_door(ana: Client, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit that cannot be written is not counted; the friend comes in all the same."""
    from django.db import OperationalError

    def full(*_args: object) -> int:
        raise OperationalError("disk full")

    monkeypatch.setattr(app, "record_visit", full)
    assert ask(f"/r/{ana.code}")[1]["Location"] == f"/join/{ana.code}"
