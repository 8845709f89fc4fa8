"""The doors of the staff's pages (TRUST isolation); tests/test_isolation.py walks them all, as everybody."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import get_resolver, reverse

from plusone.clients.models import Client
from plusone.kernel.models import Business
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
