"""Newest terms for open recommendations, in the staff's pages and over the API (Q-07)."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from api.calls import Caller, is_problem
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.commands import edit_campaign
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import offer_of, read_offer
from world import EUR10, NOON, House, bring, launch

from .pages import text_of

EUR20 = {"kind": "balance", "amount": 2000}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def change(campaign: Campaign, **sent: object) -> None:
    offer = read_offer(campaign.business, sent, base=offer_of(campaign.terms))
    edit_campaign(campaign, offer=offer, actor="user:1", now=NOON)


def test_the_owner_sees_whom_and_presses_once(gym: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """The builder offers it only where older terms are open; the page says from what to what, and for whom."""
    campaign = launch(gym)
    one, page = at(gym, "campaign_one", campaign.public_id), at(gym, "campaign_upgrade", campaign.public_id)
    bring(ana, "Ben")
    bring(ana, "Eva")
    assert page not in olga.get(one).content.decode()
    change(campaign, ambassador_reward=EUR20)
    assert "2 open by older terms: give them the newest?" in text_of(olga.get(one))
    said = text_of(olga.get(page))
    assert "2 recommendations get the newest terms" in said
    assert "€15.00" in said
    assert "€20.00" in said
    assert "Version 1 → 2" in said
    assert "1 client is written to, once." in said
    assert Referral.objects.filter(terms__version=2).count() == 0
    give = at(gym, "campaign_upgrade_give", campaign.public_id)
    assert desk.post(give).status_code == 404
    assert "2 open recommendations have the newest terms now." in text_of(olga.post(give, follow=True))
    assert "There is no open recommendation left that would get more." in text_of(olga.post(give, follow=True))
    assert Referral.objects.filter(terms__version=2).count() == 2
    assert page not in olga.get(one).content.decode()
    assert "Every open recommendation has the newest terms already." in text_of(olga.get(page))


def test_the_page_says_why_somebody_keeps_their_terms(gym: Business, ana: Client, olga: Browser) -> None:
    campaign = launch(gym)
    bring(ana, "Ben")
    change(campaign, ambassador_reward=EUR10)
    said = text_of(olga.get(at(gym, "campaign_upgrade", campaign.public_id)))
    assert "Nobody would get more" in said
    assert "1 keeps its own terms" in said
    assert "Your client would receive less." in said


def test_another_program_does_the_same(gym: Business, house: House, ana: Client) -> None:
    """`GET` foresees, `POST` does; one referral alone is refused with the reason as its code."""
    vela, campaign = Caller(house.api_key), launch(gym)
    ben = bring(ana, "Ben")
    path = f"/campaigns/{campaign.public_id}/upgrade"
    change(campaign, ambassador_reward=EUR10)
    assert vela.get(path).body == {
        "terms_version": 2,
        "upgraded": [],
        "told": 0,
        "kept": [
            {
                "referral": ben.public_id,
                "terms_version": 1,
                "reasons": [{"code": "ambassador_less", "detail": "Your client would receive less."}],
            }
        ],
    }
    assert is_problem(vela.post(f"/referrals/{ben.public_id}/upgrade"), 409, "ambassador_less")
    change(campaign, ambassador_reward=EUR20)
    assert vela.get(path).body["upgraded"] == [ben.public_id]
    eva = bring(ana, "Eva")
    assert vela.post(f"/referrals/{eva.public_id}/upgrade").body["terms_version"] == 3
    assert vela.post(path).body == {"terms_version": 3, "upgraded": [ben.public_id], "told": 1, "kept": []}
    assert vela.post(path).body == {"terms_version": 3, "upgraded": [], "told": 0, "kept": []}
    assert vela.get(f"/referrals/{ben.public_id}").body["terms_version"] == 3
    vela.post(f"/campaigns/{campaign.public_id}/deactivate")
    assert is_problem(vela.post(path), 409, "campaign_inactive")
    assert is_problem(vela.post(f"/referrals/{ben.public_id}/upgrade"), 409, "not_open")
