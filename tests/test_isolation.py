"""Two businesses never see each other (TRUST ISO-1..4, ISO-7, ISO-8): every route and every call of the API.

Routes come from the map of addresses and from the API's own description, so a new one is walked without being written
down here. What counts is content: canaries stand in every text of the other business.
"""

import json
from zlib import crc32

import pytest
import time_machine
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser

import isolated
from isolated import (
    CANARY,
    PART,
    STAFF,
    Side,
    api,
    fill,
    foreign,
    links_in,
    plain,
    plant,
    routes,
    text_of,
    unknown,
    values_of,
)
from plusone.clients.models import Client
from plusone.connect.commands import delete_business
from plusone.events.models import Event
from plusone.faces.api.urls import api as the_api
from plusone.kernel import closing, guards
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.models import Business, User
from plusone.kernel.permissions import allows
from plusone.ledger.queries import faults
from plusone.messaging.models import Message
from world import NOON, bring, open_gym, open_salon, sell

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Without the API, which is walked by its own description, and without the outbox: that is the operator's, shown in
# demos and tests alone, and holds the mails of all.
PAGES = [route for route in routes() if not route.pattern.startswith(("api/", "o/"))]
LOGIN = ("/accounts/login/",)
LINKS_FOLLOWED = 20


@pytest.fixture
def vela() -> Side:
    return fill(open_gym())


@pytest.fixture
def lune() -> Side:
    return fill(open_salon())


def calls() -> list[tuple[str, str]]:
    """Every call of the API as (method, path)."""
    paths = the_api.get_openapi_schema()["paths"]
    return [(method.upper(), path) for path, operations in paths.items() for method in operations]


def test_every_route_has_a_door() -> None:
    """A view says who may come: `@staff("…")`, `@client_page`, `@logged_in`, `@public`, or the door of the API."""
    known = ("public", "logged_in", "client", "api")
    assert [
        route.pattern for route in routes() if route.door not in known and not route.door.startswith("staff:")
    ] == []


@pytest.mark.any_engine
def test_pages_are_reached_by_whom_their_door_names(vela: Side, lune: Side) -> None:
    """ISO-8: nobody, each role, a client, a lead, and the other business's owner and client, on every page. Whoever is
    refused changes nothing."""
    mine = values_of(vela.business)
    events = Event.objects.filter(business=vela.business).count()
    outsiders = {
        "nobody": Browser(raise_request_exception=False),
        "other owner": lune.browsers["owner"],
        "other client": lune.browsers["client"],
    }
    wrong = []
    for route in PAGES:
        path = route.path(mine)
        for who, browser in {**vela.browsers, **outsiders}.items():
            if route.door == "client" and who == "lead" and "order" in route.parameters:
                continue  # an order is its own client's, nobody else's (ISO-9)
            if route.door == "logged_in" and route.parameters and who != "nobody":
                continue  # so are a session and a passkey (the next test tries them)
            if _may(route.door, who) and (route.door == "client" or route.door.startswith("staff:")):
                continue  # opened by test_no_canary_is_seen, which reads what it says
            for method in ("GET", "POST") if not _may(route.door, who) else ("GET",):
                response = browser.generic(method, path)
                if not _is_right(route.door, who, response.status_code, response.headers.get("Location", "")):
                    wrong.append((route.pattern, method, who, response.status_code))
    assert wrong == []
    assert Event.objects.filter(business=vela.business).count() == events


def _may(door: str, who: str) -> bool:
    if door.startswith("staff:"):
        return who in STAFF and allows(who, door.removeprefix("staff:"))
    if door == "client":
        return who in ("client", "lead")
    return door == "public" or who != "nobody"


def _is_right(door: str, who: str, status: int, location: str) -> bool:
    if _may(door, who):  # a client may find that an order is another client's
        return status < 500 and (door in ("public", "client") or status != 404)
    if who == "nobody":
        return status == 405 or (status == 302 and location.startswith(LOGIN))
    return status in (404, 405)


def test_ids_of_the_other_business_are_unknown_on_pages(vela: Side, lune: Side) -> None:
    """ISO-1: to staff and clients of one, an id of the other answers as one that nobody has, by GET and by POST."""
    mine, theirs = values_of(vela.business), values_of(lune.business)
    wrong = []
    for route in PAGES:
        named = [
            place
            for place in route.parameters
            if place not in ("business", "token", "name", "topic", "version", "side", "code")
        ]
        who = "client" if route.door == "client" else "owner"
        if not named or route.door == "public":
            continue
        foreign_values, unknown_values = foreign(mine, theirs), unknown(mine)
        for method in ("GET", "POST"):
            answers = []
            for values in (foreign_values, unknown_values):
                response = vela.browsers[who].generic(method, route.path(values))
                said = plain(text_of(response), *(values[place] for place in named))
                answers.append((response.status_code, said))
            if answers[0] != answers[1] or answers[0][0] not in (404, 405):
                wrong.append((route.pattern, method, answers[0][0], answers[1][0]))
    assert wrong == []


def test_ids_of_the_other_business_are_unknown_in_the_api(vela: Side, lune: Side) -> None:
    """ISO-1: 404 with the same body to the letter, whatever is sent along; nothing changes there."""
    mine, theirs = values_of(vela.business), values_of(lune.business)
    before = _everything(lune)
    for method, path in calls():
        if "{" not in path:
            continue
        answers = []
        for values in (theirs, unknown(mine)):
            response = api(vela, method, path.format(**values), BODIES.get(path.rsplit("/", 1)[-1]))
            assert response.status_code == 404, (method, path, response.content)
            headers = {name: value for name, value in response.headers.items() if name != "X-Request-Id"}
            answers.append((response.content, headers))
        assert answers[0] == answers[1], (method, path)
    assert _everything(lune) == before


# What a call needs to be well formed, so that it is the id that is refused.
BODIES = {
    "close": {"outcome": "won"},
    "choose": {"option": 0},
    "pay": {"method": "cash"},
    "adjustments": {"amount": 5, "reason": "x"},
}


def test_filters_narrow_and_never_replace(vela: Side, lune: Side) -> None:
    """ISO-3: a filter with an id of the other business is one with an id that nobody has."""
    theirs, nobodys = values_of(lune.business), unknown(values_of(vela.business))
    paths = the_api.get_openapi_schema()["paths"]
    filters = [
        (path, parameter["name"])
        for path, operations in paths.items()
        for parameter in operations.get("get", {}).get("parameters", [])
        if parameter.get("description", "").startswith("The id of")
    ]
    assert len(filters) >= 4
    for path, name in filters:
        answers = [
            (response.status_code, {**json.loads(response.content), "request_id": ""})
            for values in (theirs, nobodys)
            for response in [api(vela, "GET", f"{path}?{name}={values[name]}")]
        ]
        assert answers[0] == answers[1], (path, name)
        assert answers[0][1].get("items", []) == []
    cursor = json.loads(api(lune, "GET", "/api/v1/clients?limit=1").content)["next"]
    assert cursor
    assert api(vela, "GET", f"/api/v1/clients?cursor={cursor}").status_code == 422


def test_no_canary_is_seen(vela: Side, lune: Side) -> None:
    """ISO-2: canaries in every text of one business; all pages and lists of the other, as every role of it."""
    assert plant(lune.business) > 30
    lune.business.refresh_from_db()
    own = values_of(lune.business)
    seen = _crawl(lune, "owner", own) + [text_of(api(lune, "GET", path.format(**own))) for path in _reads()]
    words = {word for text in seen for word in text.replace("@", "-").split() if CANARY in word}
    assert len(words) >= 10, "the crawl sees too little of a business to show anything"
    mine = values_of(vela.business)
    for who in (*STAFF, "client", "lead"):
        for text in _crawl(vela, who, mine):
            assert CANARY not in text.lower(), _around(text)
    for path in _reads():
        for query in ("", f"?q={PART}", "?limit=100"):
            text = text_of(api(vela, "GET", path.format(**mine) + query))
            assert CANARY not in text.lower(), _around(text)


def _reads() -> list[str]:
    return [path for method, path in calls() if method == "GET"]


def _around(text: str) -> str:
    at = text.lower().index(CANARY)
    return text[max(at - 200, 0) : at + 100]


def _crawl(side: Side, who: str, values: dict[str, str]) -> list[str]:
    """Open what is for somebody's role, searched too, and some of what those pages lead to; return what was read."""
    mine = [route for route in PAGES if _may(route.door, who) and (route.door != "public" or who == "owner")]
    todo = [route.path(values) for route in mine]
    if who not in STAFF[1:]:  # the owner's searches are theirs
        todo += [f"{route.path(values)}?q={PART}" for route in mine if route.parameters == ("business",)]
    opened = {route.path(values) for route in mine if route.door.startswith("staff:")}
    if who == "professional":  # sees own jobs alone, and this one is the owner's
        opened = {path for path in opened if "/jobs/" not in path}
    pages_max = len(todo) + LINKS_FOLLOWED
    seen: dict[str, str] = {}
    while todo and len(seen) < pages_max:
        path = todo.pop(0)
        if path in seen or "logout" in path or path.startswith("/o/"):
            continue
        response = side.browsers[who].get(path)
        assert response.status_code < 500, (who, path)
        assert response.status_code != 404 or path not in opened, (who, path)
        seen[path] = text_of(response)
        todo += sorted(links_in(seen[path]) - set(seen))
    return list(seen.values())


def test_figures_of_one_do_not_move_with_the_other(vela: Side, lune: Side) -> None:
    """ISO-7: pages and lists are the same before and after the other business lives on."""
    with time_machine.travel(NOON, tick=False):
        mine = values_of(vela.business)
        before = _everything(vela) | _pages(vela, mine)
        ana = isolated.Client.objects.filter(business=lune.business).order_by("pk")[0]
        product = isolated.Product.objects.get(business=lune.business)
        for name in ("Ida", "Max"):
            sell(bring(ana, name).friend, product)
        after = _everything(vela) | _pages(vela, mine)
        assert {path for path in after if after[path] != before[path]} == set()


def _everything(side: Side) -> dict[str, str]:
    """Return all that a business's own key can read."""
    values = values_of(side.business)
    return {path: api(side, "GET", path.format(**values)).content.decode() for path in _reads()}


def _pages(side: Side, values: dict[str, str]) -> dict[str, str]:
    staff = [route for route in PAGES if route.door.startswith("staff:")]
    return {route.pattern: plain(text_of(side.browsers["owner"].get(route.path(values)))) for route in staff}


def test_no_row_is_without_a_business(vela: Side) -> None:
    """ISO-6: what belongs to a business cannot be without one, so there is no row that all of them share; a login code
    is the installation's own mail, and nobody's staff see it."""
    shared = {
        f"{model._meta.label}.{one.name}"
        for model in apps.get_models()
        for one in model._meta.fields
        if one.is_relation and one.related_model is Business and one.null
    }
    assert shared == {"messaging.Message.business"}
    stranger = "stranger@nowhere.example"
    user_for(stranger)
    Browser().post("/accounts/login/code/", {"email": stranger})
    assert Message.objects.filter(business=None, to=stranger).exists()
    for role in STAFF:
        for path in (f"/b/{vela.business.slug}/settings/mail/", f"/b/{vela.business.slug}/settings/activity/"):
            assert stranger not in text_of(vela.browsers[role].get(path)), (role, path)


def test_what_was_sent_and_made_is_handed_to_its_owners_alone(vela: Side, lune: Side) -> None:
    """ISO-5: exports, printed sheets, codes and copies of one business at the other's address, and its own without a
    login."""
    mine, theirs = values_of(vela.business), values_of(lune.business)
    kinds = (".csv", ".pdf", ".png", ".jpg", ".svg", ".json", "/file/")
    files = [route for route in routes() if route.pattern.endswith(kinds) and "business" in route.parameters]
    assert len(files) > 8
    for route in files:
        own, foreign_path = route.path(mine), route.path(foreign(mine, theirs))
        answer = Browser(raise_request_exception=False).get(own)
        assert answer.status_code in (302, 404, 405) or route.door == "public", own
        if foreign_path != own:
            for role in ("owner", "client"):
                assert vela.browsers[role].get(foreign_path).status_code in (404, 405), (role, foreign_path)


def test_a_business_goes_without_a_trace_and_nobody_else_notices(vela: Side, lune: Side) -> None:
    """ISO-13: no row with its number in any table, its people's logins gone unless they are elsewhere, no file; every
    row of the other business as it was."""
    both = user_for("owner.of.both@mail.example")
    for side in (vela, lune):
        add_collaborator(side.business, both, role="manager")
    key, olga, theirs = vela.business.pk, vela.house.owner.pk, rows_of(lune.business.pk)
    people = set(Client.objects.filter(business=key).values_list("public_id", flat=True))
    assert sum(rows_of(key).values(), start=0) > 100
    gone = delete_business(vela.business, now=NOON)
    assert gone > 100
    assert rows_of(key) == {}
    assert not Business.objects.filter(pk=key).exists()
    assert rows_of(lune.business.pk) == theirs
    assert not User.objects.filter(pk=olga).exists()
    assert User.objects.filter(pk=both.pk).exists()
    assert faults(lune.business) == []
    assert guards.missing(connection) == []
    assert people
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(business=lune.business).update(actor="x")  # the guards stand again


def rows_of(business: int) -> dict[str, int]:
    """Return how many rows of each table belong to a business, with a sum of what stands in them."""
    found = {}
    for model, way in closing.paths().items():
        rows = list(model._default_manager.filter(**{way: business}).order_by("pk").values_list())
        if rows:
            found[model._meta.label] = len(rows)
            found[f"{model._meta.label}:sum"] = crc32(repr(rows).encode())
    return found
