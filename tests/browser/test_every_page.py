"""Every page there is, as a real browser shows it: nothing axe finds in light or dark, at 360 and 1280 pixels, nothing
wider than the screen there or at 320, no error in the console, nothing the content policy refuses (UX B2).

The pages come from the map of addresses, so a new one is looked at without being written down here; the portal is one
for telephone and desk, with everything in it (Q-14). The journeys are in
English; this is in the longer languages.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.urls import reverse

from browser.conftest import Open
from browser.pages import DESK, NARROW, PHONE, faults_of, fits
from browser.people import Person
from howoften import before_a_release
from isolated import Side, fill, routes, values_of
from plusone.clients.commands import archive, entry_of, open_signup_link
from plusone.clients.models import Client, Tag
from plusone.clients.preferences import unsubscribe_token
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.referrals.models import Campaign
from plusone.store.models import MembershipType, Product
from world import NOON, add_client, login_of, open_gym

FILES = (".csv", ".pdf", ".jpg", ".png", ".json", ".js", ".webmanifest")
MAILS = ("/html/",)  # in a frame of their own that lets no script run, axe neither


@dataclass(frozen=True)
class Town:
    """A business that has lived a little, its owner and a client; what there is to open for staff and for others."""

    owner: User
    client: User
    staff: tuple[str, ...]
    more: tuple[str, ...]
    people: tuple[str, ...]


@pytest.fixture(scope="module")
def town(lasting: str) -> Town:
    side = fill(open_gym())
    business = side.business
    gone = add_client(business, "Dora")
    archive(gone, actor="user:1", now=NOON)
    lead = Client.objects.get(business=business, first_name="Eva")
    more = [reverse(f"b:{name}", args=[business.slug, lead.public_id]) for name in ("client", "client_activate")]
    more += [reverse(f"b:{name}", args=[business.slug, gone.public_id]) for name in ("client", "client_delete")]
    ana = Client.objects.filter(business=business).order_by("pk")[0]
    link = open_signup_link(business, actor="user:1", now=NOON)
    letters = [
        f"/u/{unsubscribe_token(ana)}",
        f"/signup/{link.token}",
    ]
    letters += [f"/enter/{entry_of(add_client(business, 'Zoe'), now=clock.now())}", "/accounts/login/"]
    staff, people = shown(side)
    half = len(staff) // 2
    return Town(side.house.owner, login_of(ana), (*staff[:half],), (*staff[half:], *more), (*people, *letters))


def shown(side: Side) -> tuple[list[str], list[str]]:
    """Return the addresses that answer with a page: those of staff, and all others."""
    values, found = values_of(side.business), ([], [])
    for route in routes():
        if route.pattern.startswith("api/") or route.pattern.endswith((*FILES, *MAILS)):
            continue
        path, is_staff = route.path(values), route.door.startswith("staff:")
        answer = side.browsers["client" if route.door == "client" else "owner"].get(path)
        if answer.status_code == 200 and b"<html" in answer.content:
            found[not is_staff].append(path)
    return found


@pytest.fixture
def server(lasting: str) -> str:
    return lasting


SIDES = pytest.mark.parametrize("side", ["staff", "more", "people"])


def walk(town: Town, side: str, somebody: Person) -> Iterator[str]:
    """Open each page of a side as whom it is for."""
    User.objects.update(language="")  # the browser says which
    somebody.log_in(town.client if side == "people" else town.owner)
    paths = getattr(town, side)
    assert len(paths) > 25, "the walk sees too little"
    for path in paths:
        if path == "/accounts/login/":  # the last: a page of those who are not in
            somebody.page.context.clear_cookies()
        somebody.go(path)
        yield path
    assert somebody.strangers == []


@SIDES
def test_every_page(town: Town, server: str, open_page: Open, side: str) -> None:
    """UX B2, the general bars, at a desk and on a phone, light and dark; in French, which is longer than English."""
    somebody = Person(open_page(size=DESK, language="fr"), server)
    device = somebody.page.context.new_cdp_session(somebody.page)
    found = {path: wrong for path in walk(town, side, somebody) if (wrong := faults_of(somebody.page, device))}
    assert found == {}


@SIDES
def test_every_page_fits_in_spanish(town: Town, server: str, open_page: Open, side: str) -> None:
    """No sideways scrolling at 320 px, which is also 400 % zoom of a desk (WCAG 1.4.10)."""
    somebody = Person(open_page(size=NARROW, language="es"), server)
    assert [path for path in walk(town, side, somebody) if not fits(somebody.page)] == []


LONG = "maximiliano.fernandez_villaverde@estudiodelasierra.example"  # as a list from elsewhere has it for a name


@SIDES
@before_a_release
def test_names_that_no_line_breaks_fit(town: Town, server: str, open_page: Open, side: str) -> None:
    """Nor does a name without a space push what one has to press out of a phone's reach."""
    Client.objects.update(first_name=LONG)
    for named in (Business, Product, Tag, Campaign, MembershipType):
        named.objects.update(name=LONG)
    somebody = Person(open_page(size=PHONE, language="es"), server)
    assert [path for path in walk(town, side, somebody) if not fits(somebody.page)] == []
