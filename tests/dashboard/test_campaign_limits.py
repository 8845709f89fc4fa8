"""The builder's second drawer: sets, caps, budget, clawback, which link counts (CONTRACT campaigns, R-114)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.kernel.models import Business
from plusone.referrals.models import Campaign, Terms
from world import launch

from .pages import once_of, text_of
from .test_campaign import OFFER, at

LIMITS = {
    "every": "3", "rewards_total": "10", "rewards_per_month": "2", "amount_per_month": "45,50", "budget": "1000",
    "clawback": "allow_negative", "friend_hold_days": "7", "attribution": "first_touch", "attribution_days": "30",
    "require_active": "on",
}  # fmt: skip


def save(olga: Browser, gym: Business, campaign: Campaign | None, data: dict[str, str]) -> Any:
    """Open the builder, and send what is on it with `data`."""
    named = [campaign.public_id] if campaign else []
    page = olga.get(at(gym, "campaign_one", *named) if campaign else at(gym, "campaign_new"))
    where = at(gym, "campaign_save", *named) if campaign else at(gym, "campaign_save_new")
    return olga.post(where, {**data, "once": once_of(page), "save": "1"}, follow=True)


def test_limits_are_typed_shown_and_said(gym: Business, olga: Browser) -> None:
    """What is saved stands in the fields again and in the client's conditions; empty fields are no limit."""
    save(olga, gym, None, {**OFFER, **LIMITS})
    campaign, terms = Campaign.objects.get(), Terms.objects.get()
    assert terms.caps == {"rewards_total": 10, "rewards_per_month": 2, "amount_per_month": 4550}
    assert (terms.every, terms.budget, terms.clawback, terms.friend_hold_days) == (3, 100_000, "allow_negative", 7)
    assert (terms.attribution, terms.attribution_days, terms.require_active_ambassador) == ("first_touch", 30, True)
    page = olga.get(at(gym, "campaign_one", campaign.public_id)).content.decode()
    for name, value in (("every", "3"), ("amount_per_month", "45.50"), ("budget", "1000"), ("attribution_days", "30")):
        assert f'name="{name}" value="{value}"' in page
    assert "for every 3 friends" in text_of(olga.get(at(gym, "campaign_one", campaign.public_id)))
    save(olga, gym, campaign, {**OFFER, **LIMITS})
    assert Terms.objects.count() == 1, "the same again makes no new terms"
    save(olga, gym, campaign, OFFER)
    newest = campaign.terms
    assert (newest.every, newest.caps, newest.budget, newest.require_active_ambassador) == (1, None, None, False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"every": "0"}, "greater than or equal to 1"),
        ({"budget": "a lot"}, "Write an amount"),
        ({"clawback": "x"}, "x"),
    ],
)
def test_what_is_wrong_stands_at_its_field(gym: Business, olga: Browser, wrong: dict[str, str], sentence: str) -> None:
    campaign = launch(gym)
    answer = save(olga, gym, campaign, {**OFFER, **wrong})
    assert sentence in text_of(answer)
    assert f'id="id_{next(iter(wrong))}_error"' in answer.content.decode()
    assert Terms.objects.count() == 1


def test_the_drawer_is_closed_for_a_simple_campaign(gym: Business, olga: Browser) -> None:
    """The simple case gets no field more to look at; a limit that the API set is seen at once."""
    simple = launch(gym)
    page = olga.get(reverse("b:campaign_one", args=[gym.slug, simple.public_id])).content.decode()
    assert '<details class="more when-rewards"><summary>' in page
    assert '<details class="more when-rewards" open><summary>' not in page
    limited = launch(gym, caps={"rewards_total": 5})
    page = olga.get(reverse("b:campaign_one", args=[gym.slug, limited.public_id])).content.decode()
    assert '<details class="more when-rewards" open><summary>' in page
