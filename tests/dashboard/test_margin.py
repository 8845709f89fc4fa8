"""The owner says above which share of a sale they want to be asked, and is asked once (R-112): builder and API."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from api.calls import Caller, is_problem
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.referrals.commands import AboveMargin, activate_campaign, create_campaign, keep_margin, schedule_campaign
from plusone.referrals.margins import paid_of_sale
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, House, later, launch, make_product, sell

from .pages import send, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
OFFER = {
    "name": "Bring a friend", "mode": "rewards", "friend_kind": "balance", "friend_amount": "10",
    "condition": "activated", "ambassador_kind": "balance", "ambassador_amount": "15",
    "friend_reward_on": "registered", "activate": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


def press(gym: Business, olga: Browser, **fields: Any) -> Any:
    return send(olga, at(gym, "campaign_save_new"), {**OFFER, **fields}, form_at=at(gym, "campaign_new"))


@pytest.mark.parametrize(
    ("sent", "percent"),
    [
        ({"friend_reward": EUR10, "ambassador_reward": EUR15}, 50),  # of the only price there is, 50
        ({"ambassador_reward": {"kind": "balance", "percent": 12.5}}, 13),
        ({"ambassador_reward": EUR15, "conditions": [{"kind": "spend", "at_least": 15000}]}, 10),
        ({"ambassador_reward": EUR15, "every": 3}, 10),
        ({"ambassador_reward": EUR15, "steps": [{"ambassador_reward": EUR10}]}, 50),
        ({"ambassador_reward": {"kind": "choice", "options": [EUR10, {"kind": "balance", "percent": 40}]}}, 40),
        ({"ambassador_reward": {"kind": "coupon", "percent": 20, "valid_days": 9}}, 20),
        ({"ambassador_reward": {"kind": "manual", "text": "Thanks"}}, None),
    ],
)
def test_what_an_offer_pays_of_a_sale(gym: Business, bono: Product, sent: dict[str, Any], percent: int | None) -> None:
    paid = paid_of_sale(gym, read_offer(gym, sent), now=NOON)
    assert (paid.percent if paid else None) == percent


def test_an_average_order_is_the_sale(gym: Business, ana: Client, bono: Product) -> None:
    """Orders of the last year count, not prices; without either nobody can say."""
    offer = read_offer(gym, {"ambassador_reward": EUR15})
    sell(ana, make_product(gym, "Year", 25000))
    assert paid_of_sale(gym, offer, now=NOON).percent == 6  # type: ignore[union-attr]
    assert paid_of_sale(gym, offer, now=later(400)).percent == 10  # type: ignore[union-attr]  # (50 + 250) / 2
    Product.objects.update(price=0)
    assert paid_of_sale(gym, offer, now=later(400)) is None


def test_without_a_margin_nobody_is_asked(gym: Business, olga: Browser, bono: Product) -> None:
    """UX task 2: the simple campaign goes live by the same press as ever, whatever it pays."""
    press(gym, olga, ambassador_amount="500")
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.margin) == ("active", None)


def test_above_the_margin_it_asks_and_remembers_who_confirmed(
    gym: Business, house: House, olga: Browser, bono: Product
) -> None:
    said = press(gym, olga, margin="30")
    assert "This pays 50% of a sale: €25.00 of €50.00. You wanted to be asked above 30%." in text_of(said)
    assert 'name="accept_above_margin"' in said.content.decode()
    assert Campaign.objects.count() == 0
    press(gym, olga, margin="30", accept_above_margin="on")
    campaign = Campaign.objects.get()
    actor = f"user:{house.owner.pk}"
    assert (campaign.state, campaign.margin, campaign.accepted_share, campaign.accepted_by) == ("active", 30, 50, actor)
    told = Event.objects.get(name="campaign.margin_exceeded")
    assert (told.actor, told.data) == (actor, {"campaign": campaign.pk, "margin": 30, "share": 50})


def test_below_it_nothing_is_asked(gym: Business, olga: Browser, bono: Product) -> None:
    press(gym, olga, margin="50")
    assert Campaign.objects.get().state == "active"
    assert 'name="accept_above_margin"' not in olga.get(at(gym, "campaign")).content.decode()


def test_a_live_campaign_that_pays_more_asks_again(gym: Business, olga: Browser, bono: Product) -> None:
    """What was confirmed holds up to that share; more is asked again, and nothing is changed before."""
    campaign = launch(gym, friend=EUR10)
    keep_margin(campaign, 30, accept=True, **WHO)
    one, save = at(gym, "campaign_one", campaign.public_id), at(gym, "campaign_save", campaign.public_id)
    fields = {name: value for name, value in OFFER.items() if name != "activate"} | {"margin": "30", "save": "1"}
    send(olga, save, {**fields, "ambassador_amount": "14"}, form_at=one)
    assert campaign.terms.version == 2
    said = send(olga, save, {**fields, "ambassador_amount": "20"}, form_at=one)
    assert "This pays 60% of a sale" in text_of(said)
    assert campaign.terms.version == 2
    send(olga, save, {**fields, "ambassador_amount": "20", "accept_above_margin": "on"}, form_at=one)
    campaign.refresh_from_db()
    assert (campaign.terms.version, campaign.accepted_share) == (3, 60)


def test_a_date_does_not_go_round_it(gym: Business, bono: Product) -> None:
    campaign = create_campaign(gym, name="X", offer=read_offer(gym, {"ambassador_reward": EUR15}), **WHO)
    keep_margin(campaign, 20, **WHO)
    for act in (
        lambda: schedule_campaign(campaign, starts_on=later(5).date(), ends_on=None, **WHO),
        lambda: activate_campaign(campaign, **WHO),
    ):
        with pytest.raises(AboveMargin):
            act()
    keep_margin(campaign, 20, accept=True, **WHO)
    assert schedule_campaign(campaign, starts_on=later(5).date(), ends_on=None, **WHO) is True
    keep_margin(campaign, 10, **WHO)  # another margin asks anew
    with pytest.raises(AboveMargin):
        activate_campaign(campaign, **WHO)


def test_another_program_confirms_too(gym: Business, house: House, bono: Product) -> None:
    vela = Caller(house.api_key)
    made = vela.post("/campaigns", {"name": "X", "ambassador_reward": EUR15, "margin": 20}).body
    path = f"/campaigns/{made['id']}"
    assert (made["margin"], made["accepted_share"]) == (20, None)
    refused = vela.post(f"{path}/activate")
    assert is_problem(refused, 409, "above_margin")
    assert (refused.body["share"], refused.body["margin"]) == (30, 20)
    live = vela.post(f"{path}/activate", {"accept_above_margin": True}).body
    assert (live["state"], live["accepted_share"]) == ("active", 30)
    raised = {"ambassador_reward": {"kind": "balance", "amount": 2000}}
    assert is_problem(vela.patch(path, raised), 409, "above_margin")
    assert vela.get(path).body["terms"]["version"] == 1
    assert vela.patch(path, {**raised, "accept_above_margin": True}).body["accepted_share"] == 40
    assert vela.patch(path, {"margin": None, "ambassador_reward": EUR10}).body["margin"] is None
