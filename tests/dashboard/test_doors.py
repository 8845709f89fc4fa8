"""Who may open which page of the staff (TRUST isolation): nobody, a client, the other owner, the desk."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver, reverse

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.kernel.permissions import ROLES
from plusone.referrals.models import Campaign
from world import bring, later, launch


def staff_routes() -> list[tuple[str, str, tuple[str, ...]]]:
    """Each route of the dashboard with its door and the names of its parts."""
    resolver = next(part for part in get_resolver().url_patterns if getattr(part, "namespace", "") == "b")
    found = []
    for pattern in resolver.url_patterns:
        names = tuple(pattern.pattern.converters)
        found.append((pattern.name, pattern.callback.door, names))
    return found


@pytest.fixture
def urls(gym: Business, ana: Client) -> dict[str, tuple[str, str]]:
    """Every route with things of Studio Vela in it, so that only the door keeps anybody out."""
    campaign = launch(gym)
    lead = bring(ana, "Ben").friend
    ids: dict[str, Any] = {"client": lead.public_id, "campaign": campaign.public_id}
    ids |= {"referral": lead.referrals_received.get().public_id, "reward": ana.rewards.get().public_id}
    found = {}
    for name, door, parts in staff_routes():
        known = {part: ids.get(part, "x" * 22) for part in parts}
        found[name] = (reverse(f"b:{name}", args=[gym.slug, *known.values()]), door)
    return found


def test_every_page_has_a_staff_door(urls: dict[str, tuple[str, str]]) -> None:
    assert len(urls) > 40
    assert {door.partition(":")[0] for _url, door in urls.values()} == {"staff"}


def test_nobody_is_sent_to_log_in(urls: dict[str, tuple[str, str]], client: Browser) -> None:
    for method in (client.get, client.post):
        for url, _door in urls.values():
            answer = method(url)
            assert answer.status_code == 302, url
            assert answer["Location"].startswith("/accounts/login/?next="), url


@pytest.mark.parametrize("who", ["lucie", "ana_herself"])
def test_others_find_nothing(
    urls: dict[str, tuple[str, str]], gym: Business, request: pytest.FixtureRequest, who: str
) -> None:
    """The owner of another business and a client get the answer of a page that does not exist; nothing changes."""
    browser: Browser = request.getfixturevalue(who)
    before = Event.objects.filter(business=gym).count()
    for method in (browser.get, browser.post):
        for url, _door in urls.values():
            assert method(url).status_code == 404, url
    assert Event.objects.filter(business=gym).count() == before
    assert Campaign.objects.get(business=gym).is_active


def test_the_desk_opens_what_its_role_allows(urls: dict[str, tuple[str, str]], desk: Browser) -> None:
    for name, (url, door) in urls.items():
        allowed = door.removeprefix("staff:") in ROLES["front_desk"]
        status = desk.get(url).status_code
        if not allowed:
            assert status == 404, name
        elif "x" * 22 not in url:
            assert status in (200, 302, 405), name


def test_owner_of_another_business_cannot_reach_rows_through_their_own_address(
    gym: Business, salon: Business, ana: Client, lucie: Browser
) -> None:
    """A row of Studio Vela under the salon's address is not there either."""
    campaign = launch(gym, now=later())
    for name, thing in (
        ("client", ana.public_id),
        ("client_history", ana.public_id),
        ("campaign_one", campaign.public_id),
    ):
        assert lucie.get(reverse(f"b:{name}", args=[salon.slug, thing])).status_code == 404
    assert lucie.post(reverse("b:client_archive", args=[salon.slug, ana.public_id])).status_code == 404
    ana.refresh_from_db()
    assert ana.is_active


def test_pages_are_not_kept_by_caches(gym: Business, olga: Browser) -> None:
    answer = olga.get(reverse("b:home", args=[gym.slug]))
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
