"""A campaign's first and last day in the staff's pages and in the API (REQUIREMENTS 4.4, PEERS 6)."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from api.calls import Caller
from plusone.kernel.models import Business
from plusone.referrals.commands import create_campaign, start_and_end_campaigns
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from world import EUR15, NOON, House, later, launch

from .pages import text_of


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def test_the_owner_sets_the_days_and_reads_them_where_the_campaign_stands(
    gym: Business, olga: Browser, desk: Browser
) -> None:
    made = create_campaign(
        gym, name="Spring", offer=read_offer(gym, {"ambassador_reward": EUR15}), actor="user:1", now=NOON
    )
    dates, one = at(gym, "campaign_dates", made.public_id), at(gym, "campaign_one", made.public_id)
    assert dates in olga.get(one).content.decode()
    assert desk.get(dates).status_code == 404
    wrong = olga.post(dates, {"starts_on": "2026-03-31", "ends_on": "2026-03-20"})
    assert wrong.status_code == 422
    assert "The last day is not before the first, and not over yet." in text_of(wrong)
    assert Campaign.objects.get().state == "draft"
    page = olga.post(dates, {"starts_on": "2026-03-20", "ends_on": "2026-03-31"}, follow=True)
    assert "It starts by itself on March 20, 2026 and ends after March 31, 2026." in text_of(page)
    assert "Scheduled" in text_of(page)
    assert "It starts by itself on March 20, 2026" in text_of(olga.get(at(gym, "campaigns")))
    assert 'value="2026-03-20"' in olga.get(dates).content.decode()
    page = olga.post(dates, {"starts_on": "", "ends_on": ""}, follow=True)
    assert "You start and end the campaign yourself." in text_of(page)
    assert Campaign.objects.get().state == "draft"


def test_of_a_live_campaign_the_last_day_is_asked_alone(gym: Business, olga: Browser) -> None:
    live = launch(gym)
    dates = at(gym, "campaign_dates", live.public_id)
    assert 'name="starts_on"' not in olga.get(dates).content.decode()
    page = olga.post(dates, {"ends_on": "2026-03-10"}, follow=True)
    assert "It ends by itself after March 10, 2026." in text_of(page)
    assert start_and_end_campaigns(later(1)) == 1


def test_a_program_schedules_too(house: House) -> None:
    vela = Caller(house.api_key)
    offer = {"name": "Spring", "ambassador_reward": EUR15}
    for wrong in ({"starts_on": 20260320}, {"starts_on": "soon"}, {"starts_on": "2026-03-01"}):
        answer = vela.post("/campaigns", {**offer, **wrong})
        assert (answer.status, answer.body["errors"][0]["field"]) == (422, "starts_on")
    assert vela.get("/campaigns").body["items"] == []
    made = vela.post("/campaigns", {**offer, "starts_on": "2026-03-20", "ends_on": None}).body
    assert (made["state"], made["starts_on"], made["ends_on"]) == ("scheduled", "2026-03-20", None)
    path = f"/campaigns/{made['id']}"
    assert vela.patch(path, {"ends_on": "2026-03-31"}).body["ends_on"] == "2026-03-31"
    assert vela.patch(path, {"name": "Bring a friend"}).body["state"] == "scheduled"
    start_and_end_campaigns(later(11))
    live = vela.get(path).body
    assert (live["state"], live["starts_on"], live["ends_on"]) == ("active", None, "2026-03-31")
    refused = vela.patch(path, {"starts_on": "2026-03-25"})
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "starts_on")
    start_and_end_campaigns(later(22))
    assert vela.get(path).body["state"] == "inactive"
