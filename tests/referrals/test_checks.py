"""What the owner asks for in own words: ticked by staff, undone while nothing was given for it (R-113)."""

from typing import Any

import pytest

from plusone.agenda.models import Check
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals.commands import take_back_check, tick_off
from plusone.referrals.gifts import gifts_of
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.referrals.progress import friends_of
from plusone.rewards.commands import end_hold
from plusone.rewards.models import Reward
from world import EUR10, NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
FORM = {"kind": "check", "text": "hand in the health form"}


def states(referral: Referral) -> list[str]:
    return list(Reward.objects.filter(source_id=referral.pk).order_by("side").values_list("state", flat=True))


def test_a_tick_earns_and_everybody_reads_how_far_it_is(gym: Business, ana: Client) -> None:
    """R-113, R-116: friend, ambassador and staff read what is open; a tick acts once and is a fact."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", conditions=[FORM, {"kind": "orders", "at_least": 1}])
    referral = bring(ana, "Ben")
    sell(referral.friend, make_product(gym))
    assert states(referral) == ["promised", "promised"]
    assert gifts_of(referral.friend, now=NOON)[0].sentence == (
        "You receive €10.00 of balance once you have done “hand in the health form” and have paid an order."
    )
    assert gifts_of(referral.friend, now=NOON)[0].next == "Still open: “hand in the health form”."
    assert "Still open: “hand in the health form”." in friends_of(ana, most=5, now=NOON).shown[0].sentence
    assert tick_off(referral, FORM["text"], **WHO)
    assert not tick_off(referral, FORM["text"], **WHO)
    assert states(referral) == ["granted", "granted"]
    assert Event.objects.filter(name="check.done").count() == 1
    assert Event.objects.get(name="check.done").data == {"check": Check.objects.get().pk}


def test_a_tick_is_taken_back_while_nothing_was_given_for_it(gym: Business, ana: Client) -> None:
    """A reward on hold is promised again, and the next tick counts; what was given stays, and the refusal says why."""
    launch(gym, conditions=[FORM], hold_days=14)
    referral = bring(ana, "Ben")
    tick_off(referral, FORM["text"], **WHO)
    assert states(referral) == ["on_hold"]
    assert take_back_check(referral, FORM["text"], **WHO)
    assert not take_back_check(referral, FORM["text"], **WHO)
    assert states(referral) == ["promised"]
    assert tick_off(referral, FORM["text"], **WHO)
    assert states(referral) == ["on_hold"]
    assert Event.objects.filter(name="check.undone").count() == 1
    other = bring(ana, "Eva")
    tick_off(other, FORM["text"], **WHO)
    end_hold(Reward.objects.get(source_id=other.pk), actor="system", now=later(14))
    assert states(other) == ["granted"]
    with pytest.raises(Refused) as refused:
        take_back_check(other, FORM["text"], **WHO)
    assert refused.value.code == "already_given"
    assert Check.objects.filter(client=other.friend).count() == 1


def test_a_gift_on_registering_does_not_bar_the_way_back(gym: Business, ana: Client) -> None:
    launch(gym, friend=EUR10, conditions=[FORM, {"kind": "activated"}])
    referral = bring(ana, "Ben")
    tick_off(referral, FORM["text"], **WHO)
    assert states(referral) == ["promised", "granted"]
    assert take_back_check(referral, FORM["text"], **WHO)
    assert states(referral) == ["promised", "granted"]


@pytest.mark.parametrize("text", ["", "  ", "a\u200b" * 3, "x" * 121, 7, None])
def test_words_that_cannot_be_shown_are_refused(gym: Business, text: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"conditions": [{"kind": "check", "text": text}]})
    assert refused.value.field == "conditions.0.text"


def test_only_what_the_terms_ask_for_is_ticked(gym: Business, ana: Client) -> None:
    launch(gym, conditions=[FORM])
    referral = bring(ana, "Ben")
    with pytest.raises(Invalid):
        tick_off(referral, "something else", **WHO)
    assert not Check.objects.exists()
