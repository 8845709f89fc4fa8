"""What a page leads to is there for whoever sees the page: menus, tabs, buttons and lines, in every role (ISO-8)."""

import pytest
import time_machine
from django.http import HttpResponse

from isolated import STAFF, Side, fill, links_in, routes, text_of, values_of
from plusone.kernel.permissions import allows
from world import NOON, open_gym

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.any_engine]


@pytest.fixture
def vela() -> Side:
    return fill(open_gym())


@pytest.mark.parametrize("role", STAFF)
def test_every_link_of_a_page_leads_somewhere(role: str, vela: Side) -> None:
    """ISO-8: nobody is shown a way that ends in "this page does not exist", whatever their role."""
    values = values_of(vela.business)
    doors = [route for route in routes() if route.door.startswith("staff:")]
    mine = [route.path(values) for route in doors if allows(role, route.door.removeprefix("staff:"))]
    browser, seen, dead = vela.browsers[role], set[str](), []
    opened: dict[str, HttpResponse] = {}

    def at(path: str) -> HttpResponse:
        if path not in opened:
            opened[path] = browser.get(path)
        return opened[path]

    with time_machine.travel(NOON, tick=False):
        for page in mine:
            response = at(page)
            if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
                continue
            links = links_in(text_of(response).replace("&amp;", "&"))
            dead += [(page, link) for link in sorted(links - seen) if at(link).status_code == 404]
            seen |= links
    assert len(seen) > 20
    assert dead == []
