"""What the builder starts from in one click, and what a clinic has to say first (R-293, Q-24, PRI-15)."""

from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.faces.dashboard.views.campaign.presets import WAYS
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import MoneyNeedsReason, activate_campaign, create_campaign, end_holds
from plusone.referrals.models import Campaign, Terms
from plusone.referrals.offers import read_offer
from plusone.rewards.models import Reward
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, NOON, bring, later, sell

from .pages import once_of, text_of
from .test_campaign import OFFER, at

ORDER = [{"kind": "orders", "at_least": 1}]
SAID = "Our chamber allows a voucher for classes"


def launch_as_it_stands(olga: Browser, gym: Business, query: str) -> Terms:
    """Open the builder with a start, change nothing, and activate: one click more than without."""
    page = olga.get(at(gym, "campaign_new") + query)
    form = page.context["form"]
    data = {name: form.initial.get(name) or "" for name in form.fields if name != "once"}
    answer = olga.post(at(gym, "campaign_save_new"), {**data, "once": once_of(page), "activate": "1"})
    assert answer.status_code == 302, text_of(answer)
    return Campaign.objects.get().terms


@pytest.mark.parametrize(
    ("way", "gift_on", "conditions", "hold_days"),
    [
        ("low", "registered", [{"kind": "activated"}], 0),
        ("classic", "qualified", ORDER, 0),
        ("safe", "qualified", ORDER, 14),
    ],
)
def test_one_click_sets_when_rewards_are_given(
    gym: Business, olga: Browser, way: str, gift_on: str, conditions: list[Any], hold_days: int
) -> None:
    """R-293, Q-24: a low barrier, classic, and safe: first payment and 14 days for the client, none for the friend."""
    terms = launch_as_it_stands(olga, gym, f"?way={way}")
    assert (terms.friend_reward_on, terms.conditions, terms.hold_days) == (gift_on, conditions, hold_days)
    assert (terms.friend_hold_days, terms.friend_reward, terms.ambassador_reward) == (
        0,
        {"kind": "balance", "amount": 1000},
        {"kind": "balance", "amount": 1500},
    )


def test_safe_means_that_a_refunded_purchase_never_paid_anybody(
    gym: Business, ana: Client, bono: Product, olga: Browser
) -> None:
    """FRA-9, CASES 53, 54: becoming a client owes nothing; paid, it waits 14 days; refunded on the tenth, there never
    was anything to spend. Of a purchase that stands the reward comes on its day and not before."""
    launch_as_it_stands(olga, gym, "?way=safe")
    gone, stays = bring(ana, "Ben").friend, bring(ana, "Eva").friend
    activate(gone, actor="user:1", now=NOON)
    assert set(Reward.objects.values_list("state", flat=True)) == {"promised"}
    order = sell(gone, bono)
    sell(stays, bono)
    refund(order, actor="user:1", now=later(10))
    assert end_holds(later(13.4)) == 0
    assert balance_of(gym, ana.pk, now=later(13.4)).available == 0
    end_holds(later(14))
    mine = Reward.objects.filter(side="ambassador").order_by("pk")
    assert [(one.state, one.reason) for one in mine] == [("revoked", "refunded"), ("granted", "")]
    assert (balance_of(gym, ana.pk, now=later(14)).earned, faults(gym)) == (1500, [])


def test_recognition_only_rewards_nobody(gym: Business, olga: Browser) -> None:
    terms = launch_as_it_stands(olga, gym, "?way=recognition")
    assert (terms.has_rewards, terms.hold_days) == (False, 0)


def test_the_starts_stand_beside_each_other_and_keep_each_other(gym: Business, olga: Browser) -> None:
    """Another kind of business keeps the way; the way that is on says what it means."""
    page = olga.get(at(gym, "campaign_new") + "?way=safe")
    assert "As classic, and your client's reward waits 14 days" in text_of(page)
    assert 'href="?preset=salon&amp;way=safe"' in page.content.decode()
    assert 'href="?preset=clinic"' in page.content.decode()
    for way in WAYS.values():
        assert str(way.label) in text_of(page)
    unknown = olga.get(at(gym, "campaign_new") + "?way=x&preset=y")
    assert (unknown.status_code, unknown.context["form"].initial["friend_amount"]) == (200, "10")


@pytest.fixture
def clinic(gym: Business) -> Business:
    gym.kind = Business.Kind.CLINIC
    gym.save(update_fields=["kind"])
    return gym


def test_a_clinic_starts_with_thanks_alone(clinic: Business, olga: Browser) -> None:
    """PRI-15: recognition is the default; rewards are warned of, and nothing more has to be clicked for thanks."""
    page = olga.get(at(clinic, "campaign_new"))
    assert page.context["form"].initial["mode"] == "none"
    assert "Many countries forbid health professions to reward recommendations" in text_of(page)
    assert launch_as_it_stands(olga, clinic, "").has_rewards is False


def test_a_clinic_says_why_it_may_give_money(clinic: Business, olga: Browser) -> None:
    """PRI-15: without a reason nothing is written; with one who said it stands there, and later changes need
    no other."""
    data = {**OFFER, "activate": "1", "once": once_of(olga.get(at(clinic, "campaign_new")))}
    refused = olga.post(at(clinic, "campaign_save_new"), data)
    assert (refused.status_code, Campaign.objects.count()) == (200, 0)
    assert "Why you may give rewards It is needed where" in text_of(refused), "not called optional"
    assert 'id="id_override_reason_error"' in refused.content.decode()
    again = {**data, "override_reason": SAID, "once": once_of(refused)}
    page = olga.post(at(clinic, "campaign_save_new"), again, follow=True)
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.override_reason) == ("active", SAID)
    assert f"“{SAID}” – said by olga@vela.example" in text_of(page), "whole, however narrow the field is"
    told = Event.objects.get(name="campaign.money_allowed")
    assert (told.actor, told.data["campaign"]) == (campaign.override_by, campaign.pk)
    changed = {**again, "ambassador_amount": "20", "once": once_of(page), "save": "1"}
    olga.post(at(clinic, "campaign_save", campaign.public_id), changed)
    assert campaign.terms.version == 2
    assert Event.objects.filter(name="campaign.money_allowed").count() == 1


def test_rewards_are_chosen_before_a_campaign_with_rewards_goes_live(clinic: Business, olga: Browser) -> None:
    """UX 2: "With rewards" and nothing for anybody is an oversight, not a campaign without rewards."""
    data = {**OFFER, "mode": "rewards", "friend_kind": "", "ambassador_kind": "", "activate": "1"}
    refused = olga.post(
        at(clinic, "campaign_save_new"), {**data, "once": once_of(olga.get(at(clinic, "campaign_new")))}
    )
    assert (refused.status_code, Campaign.objects.count()) == (200, 0)
    assert "Choose what one of them receives, or take “Without rewards”." in text_of(refused)


def test_the_field_is_for_clinics_alone(gym: Business, olga: Browser) -> None:
    assert 'name="override_reason"' not in olga.get(at(gym, "campaign_new")).content.decode()


def test_what_was_drafted_before_it_was_a_clinic_does_not_go_live(gym: Business) -> None:
    """PRI-15: activating asks too; thanks by hand are no money."""
    offer = read_offer(gym, {"ambassador_reward": EUR10})
    draft = create_campaign(gym, name="Friends", offer=offer, actor="user:1", now=NOON)
    gym.kind = Business.Kind.CLINIC
    gym.save(update_fields=["kind"])
    with pytest.raises(MoneyNeedsReason):
        activate_campaign(draft, actor="user:1", now=NOON)
    draft.refresh_from_db()
    assert draft.state == "draft"
    card = read_offer(gym, {"ambassador_reward": {"kind": "manual", "text": "A card"}})
    thanks = create_campaign(gym, name="Thanks", offer=card, actor="user:1", now=NOON)
    assert activate_campaign(thanks, actor="user:1", now=NOON)
