"""Several steps, each with its own reward (R-297, R-113, PEERS 38): first visit, first purchase, faithful client."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults, movements_of
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import ask_again, close_overdue, deactivate_campaign
from plusone.referrals.gifts import gifts_of
from plusone.referrals.inviting import conditions_for_friend, for_friend, share_text
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import Offer, read_offer
from plusone.referrals.outlook import expected_on_activation
from plusone.referrals.progress import friends_of
from plusone.referrals.sentences import for_ambassador, for_owner
from plusone.referrals.statements import statement_of
from plusone.rewards.commands import bring_forward
from plusone.rewards.models import Reward
from plusone.store.commands import create_membership_type, pay, place_order, refund
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, bring, later, launch, make_product, sell

WHO = {"actor": "user:1", "now": NOON}
CAME = [{"kind": "sessions_attended", "at_least": 2}]
SPENT = [{"kind": "spend", "at_least": 9000}]
EUR20 = {"kind": "balance", "amount": 2000}
EUR5 = {"kind": "balance", "amount": 500}
LOYAL = {"name": "Loyal", "conditions": SPENT, "ambassador_reward": EUR20, "friend_reward": EUR5}
REGULAR = {"name": "", "conditions": CAME, "ambassador_reward": EUR10}


def available(client: Client, *, now: datetime = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


def stands(*, of: Referral | None = None) -> dict[str, Any]:
    """Return the states of rewards by side and step."""
    found = Reward.objects.filter(**({"source_id": of.pk} if of else {})).order_by("id")
    return {f"{reward.side[:1]}{reward.step}": (reward.state, reward.reason) for reward in found}


def visit(friend: Client, times: int, *, now: datetime = NOON) -> None:
    for number in range(times):
        mark_visit(friend, key=f"{friend.pk}:{number}:{now}", actor="user:1", now=now)


def test_nobody_receives_also_what_is_their_first(gym: Business, ana: Client) -> None:
    """R-114: who gets nothing before a later step is not told “also”; the message names the gift that is to come."""
    more, gift = {**LOYAL, "name": "More"}, "€5.00 of balance"
    offer = read_offer(gym, {"ambassador_reward": EUR15, "steps": [LOYAL, more]})
    assert for_friend(gym, offer)[1:3] == [
        f"You receive {gift} once you have spent €90.00.",
        f"You also receive {gift} once you have spent €90.00.",
    ]
    assert share_text(gym, offer).startswith(
        f"I am a client of Studio Vela and recommend it to you. Register with my link and receive {gift} once you have "
        "spent €90.00. (I receive a reward once"
    )
    assert f"Your friend receives {gift} once the friend has spent €90.00." in for_ambassador(gym, offer)
    assert f"Your friend also receives {gift} once the friend has spent €90.00." in for_ambassador(gym, offer)
    said = for_owner(gym, offer)
    assert f"Once the friend has spent €90.00, the friend receives {gift}, and your client €20.00 of balance." in said
    assert f"the friend also receives {gift}, and your client €20.00 of balance." in said
    offer = read_offer(gym, {"friend_reward": EUR10, "ambassador_reward": None, "steps": [REGULAR, more]})
    assert "You receive €10.00 of balance once the friend has come 2 times." in for_ambassador(gym, offer)
    assert "You also receive €20.00 of balance once the friend has spent €90.00." in for_ambassador(gym, offer)
    assert "Once the friend has come 2 times, your client receives €10.00 of balance." in for_owner(gym, offer)


def test_the_friends_page_says_also_of_what_is_more(gym: Business, ana: Client) -> None:
    launch(gym, friend=EUR10, ambassador=None, steps=[LOYAL])
    bring(ana, "Ben")
    [loyal] = friends_of(ana, most=1, now=NOON).shown[0].further
    assert loyal.sentence == "€90.00 more to spend. Then you receive €20.00 of balance."


def test_each_step_pays_when_its_own_conditions_hold(gym: Business, ana: Client, bono: Product) -> None:
    """R-297: the first purchase pays, the second visit pays, 90 spent pay both; each once, none waits for another."""
    launch(gym, friend=EUR10, steps=[REGULAR, LOYAL])
    ben = bring(ana, "Ben").friend
    assert stands() == {
        "f1": ("granted", ""), "a1": ("promised", ""), "a2": ("promised", ""), "f3": ("promised", ""),
        "a3": ("promised", ""),
    }  # fmt: skip
    visit(ben, 1)
    assert available(ana) == 0
    visit(ben, 1, now=later(1))
    assert (available(ana), stands()["a2"]) == (1000, ("granted", ""))
    sell(ben, bono)
    assert (available(ana), available(ben)) == (2500, 1000)
    assert Referral.objects.get().state == "activated", "a step is still to come"
    sell(ben, bono)
    assert (available(ana), available(ben)) == (4500, 1500)
    sell(ben, bono)
    assert (available(ana), available(ben), Referral.objects.get().reason) == (4500, 1500, "completed")
    assert not faults(gym)


def test_a_refund_takes_back_the_step_that_it_undoes_and_no_other(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT States, for each step: what still holds stays, after the referral is complete too."""
    launch(gym, steps=[REGULAR, LOYAL])
    ben = bring(ana, "Ben").friend
    visit(ben, 2)
    sell(ben, bono)
    second = sell(ben, bono)
    assert (available(ana), Referral.objects.get().reason) == (4500, "completed")
    refund(second, 2000, **WHO)
    assert (available(ana), available(ben)) == (2500, 0)
    assert stands() == {
        "a1": ("granted", ""), "a2": ("granted", ""), "f3": ("revoked", "refunded"), "a3": ("revoked", "refunded")
    }  # fmt: skip
    refund(second, **WHO)
    assert available(ana) == 2500
    assert not faults(gym)


def test_a_step_has_a_verification_period_of_its_own(gym: Business, ana: Client, bono: Product) -> None:
    """R-297 with R-114: 3 days for the first, 10 for the step; a refund within them takes the step alone."""
    launch(gym, hold_days=3, steps=[{**LOYAL, "hold_days": 10}])
    ben = bring(ana, "Ben").friend
    sell(ben, bono)
    second = sell(ben, bono)
    days = dict(Reward.objects.filter(side="ambassador").values_list("milestone", "available_at"))
    assert [(days[step] - NOON).days for step in ("1", "2")] == [2, 9]
    end_holds(later(4))
    assert available(ana, now=later(4)) == 1500
    refund(second, actor="user:1", now=later(5))
    assert stands() == {"a1": ("granted", ""), "f2": ("revoked", "refunded"), "a2": ("revoked", "refunded")}
    assert available(ana, now=later(11)) == 1500


def test_a_step_that_ends_that_day_already_is_left_alone(gym: Business, ana: Client) -> None:
    """Q-06: brought forward to a day, once; what ends then, or has no end of its own, did not move."""
    launch(gym, qualification_days=30, steps=[LOYAL])
    bring(ana, "Ben")
    step, first = (Reward.objects.get(milestone=one, side="ambassador") for one in ("2", "1"))
    assert [bring_forward(one, later(9)) for one in (step, step, first)] == [True, False, False]
    assert (step.due_by, first.due_by) == (later(9), None)


def test_a_missed_first_step_lapses_and_the_longer_one_goes_on(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 39 for each step: a step whose conditions take days has so many days longer."""
    launch(gym, qualification_days=30, steps=[LOYAL])
    referral = bring(ana, "Ben")
    # A condition that takes 60 days gives its step 90; set here as the room writes it on promising.
    Reward.objects.filter(milestone="2").update(due_by=later(90))
    assert close_overdue(later(31)) == 1
    assert stands()["a1"] == ("lapsed", "deadline")
    assert (Referral.objects.get().state, close_overdue(later(32))) == ("registered", 0)
    activate(referral.friend, actor="user:1", now=later(33))
    assert Referral.objects.get().state == "activated"
    sell(referral.friend, bono, 2, now=later(40))
    assert (available(ana, now=later(40)), stands()["a1"]) == (2000, ("lapsed", "deadline"))
    referral.refresh_from_db()
    assert (referral.state, referral.reason, referral.qualified_at) == ("closed", "completed", None)


@pytest.mark.parametrize("activated", [False, True])
def test_when_the_last_step_is_missed_too_the_recommendation_ends(gym: Business, ana: Client, activated: bool) -> None:
    """CASES 39: nothing earned, nothing left: it did not convert; the sweep finds it once."""
    launch(gym, conditions=SPENT, qualification_days=30, steps=[REGULAR])
    referral = bring(ana, "Ben")
    Reward.objects.filter(milestone="2").update(due_by=later(90))
    if activated:
        activate(referral.friend, **WHO)
    assert [close_overdue(later(day)) for day in (31, 89, 91, 92)] == [1, 0, 1, 0]
    assert stands() == {"a1": ("lapsed", "deadline"), "a2": ("lapsed", "deadline")}
    assert Referral.objects.get().reason == "not_converted"


def test_an_earned_first_step_stays_when_the_next_is_missed(gym: Business, ana: Client, bono: Product) -> None:
    launch(gym, qualification_days=30, steps=[LOYAL])
    sell(bring(ana, "Ben").friend, bono)
    assert close_overdue(later(31)) == 1
    assert stands() == {"a1": ("granted", ""), "f2": ("lapsed", "deadline"), "a2": ("lapsed", "deadline")}
    assert (available(ana), Referral.objects.get().reason) == (1500, "completed")


def test_ending_the_campaign_ends_every_step_by_its_last_day(gym: Business, ana: Client) -> None:
    """Q-06: what is kept for some days is kept for so long, steps included."""
    campaign = launch(gym, qualification_days=90, steps=[REGULAR])
    bring(ana, "Ben")
    deactivate_campaign(campaign, open_referrals=Campaign.Policy.HONOUR_DAYS, days=10, **WHO)
    assert close_overdue(later(12)) == 1
    assert stands() == {"a1": ("lapsed", "deadline"), "a2": ("lapsed", "deadline")}


def test_caps_count_each_step_and_the_last_is_clamped(gym: Business, ana: Client, bono: Product) -> None:
    launch(gym, caps={"amount_per_month": 2000}, steps=[LOYAL])
    ben = bring(ana, "Ben").friend
    sell(ben, bono, 2)
    assert available(ana) == 2000
    assert dict(Reward.objects.filter(side="ambassador").values_list("milestone", "amount")) == {"1": 1500, "2": 500}


def test_the_offer_tells_every_step_to_everybody(gym: Business) -> None:
    """R-114, R-297, CASES 88, PRI-14: owner, client and friend read each step that is enforced."""
    steps = [REGULAR, {**LOYAL, "hold_days": 10}]
    offer = read_offer(gym, {"ambassador_reward": EUR15, "qualification_days": 0, "steps": steps})
    assert for_owner(gym, offer) == (
        "When your client recommends a friend and the friend becomes an active client, your client receives €15.00 of "
        "balance. The friend gets nothing for registering. Once the friend has come 2 times, your client also "
        "receives €10.00 of balance. Once the friend has spent €90.00, the friend receives €5.00 of balance, and your "
        "client €20.00 of balance."
    )
    assert for_ambassador(gym, offer)[1:5] == [
        "You also receive €10.00 of balance once the friend has come 2 times.",
        "You also receive €20.00 of balance once the friend has spent €90.00.",
        "Your friend receives €5.00 of balance once the friend has spent €90.00.",
        "Each friend counts once, and has to be new to Studio Vela.",
    ]
    assert for_ambassador(gym, offer)[5] == "The reward of “Loyal” is verified for 10 days before you can use it."
    assert "You receive €5.00 of balance once you have spent €90.00." in for_friend(gym, offer)
    assert "not paid out in cash" in " ".join(conditions_for_friend(gym, offer))
    assert "(I receive a reward" in share_text(gym, offer)
    said = set()
    for language in ("en", "es", "fr"):
        with translation.override(language):
            said.add(" ".join([for_owner(gym, offer), *for_ambassador(gym, offer), *for_friend(gym, offer)]))
    assert len(said) == 3


def test_a_step_that_takes_days_says_how_many_there_are(gym: Business) -> None:
    """CASES 88: 30 days to begin, and 60 more for a membership that is kept for 60."""
    kept = {"conditions": [{"kind": "membership_kept", "days": 60}], "ambassador_reward": EUR10}
    offer = read_offer(gym, {"ambassador_reward": EUR15, "qualification_days": 30, "steps": [kept]})
    said = for_ambassador(gym, offer)
    assert "Your friend has 30 days for it after registering." in said
    assert "For “Step 2” your friend has 90 days." in said


def test_ambassador_and_friend_read_how_far_each_step_is(gym: Business, ana: Client, bono: Product) -> None:
    """R-116, R-290: done, still missing with what is missing, and the last day."""
    launch(gym, friend=EUR10, qualification_days=30, steps=[REGULAR, LOYAL])
    ben = bring(ana, "Ben").friend
    visit(ben, 1)
    sell(ben, bono)
    (shown,) = friends_of(ana, most=5, now=NOON).shown
    assert shown.state == "active", "not completed while steps are open"
    assert [(step.name, step.state) for step in shown.further] == [("Step 2", "now"), ("Loyal", "now")]
    assert shown.further[0].sentence == (
        "1 of 2 visits. Then you also receive €10.00 of balance. Until Apr 9, 2026 at the latest."
    )
    assert shown.further[1].sentence.startswith("€40.00 more to spend. Then you also receive €20.00 of balance.")
    assert [gift.sentence for gift in gifts_of(ben, now=NOON)] == [
        "Your welcome gift is here: €10.00 of balance.",
        "You receive €5.00 of balance once you have spent €90.00.",
    ]
    sell(ben, bono, now=later(1))
    assert [gift.sentence for gift in gifts_of(ben, now=later(1))] == [
        "Your welcome gift is here: €10.00 of balance.",
        "Your gift is here: €5.00 of balance.",  # of a later step: no welcome
    ]
    visit(ben, 1, now=later(1))
    close_overdue(later(31))
    (shown,) = friends_of(ana, most=5, now=later(31)).shown
    assert shown.state == "completed"
    assert [(step.name, step.state) for step in shown.further] == [("Step 2", "done"), ("Loyal", "done")]


def test_activating_tells_what_each_step_gives_by_it(gym: Business, ana: Client) -> None:
    """R-059: only steps that an activation alone completes are foreseen."""
    launch(gym, conditions=SPENT, steps=[{"ambassador_reward": EUR10}, REGULAR])
    ben = bring(ana, "Ben").friend
    expected = expected_on_activation(gym, [ben], now=NOON)[ben.pk]
    assert [(one.reward.step, one.state) for one in expected] == [(2, "granted")]
    activate(ben, **WHO)
    assert available(ana) == 1000


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"ambassador_reward": EUR15, "steps": "x"}, "steps"),
        ({"ambassador_reward": EUR15, "steps": [LOYAL] * 6}, "steps"),
        ({"ambassador_reward": EUR15, "steps": [{"conditions": CAME}]}, "steps.0.ambassador_reward"),
        ({"ambassador_reward": EUR15, "steps": [LOYAL, {**LOYAL, "name": "x" * 61}]}, "steps.1.name"),
        ({"ambassador_reward": EUR15, "steps": [{**LOYAL, "hold_days": 366}]}, "steps.0.hold_days"),
        ({"ambassador_reward": EUR15, "steps": [{**LOYAL, "conditions": [{"kind": "x"}]}]}, "steps.0.conditions"),
        (
            {"ambassador_reward": EUR15, "steps": [{**LOYAL, "friend_reward": {"kind": "balance", "amount": 0}}]},
            "steps.0.friend_reward.amount",
        ),
        ({"ambassador_reward": EUR15, "steps": [LOYAL], "every": 3}, "steps"),
        ({"steps": [LOYAL]}, "steps"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_where_it_is_wrong(
    gym: Business, sent: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, sent)
    assert refused.value.field == field


def test_a_patch_without_steps_keeps_them_and_an_empty_list_takes_them_out(gym: Business) -> None:
    base = read_offer(gym, {"ambassador_reward": EUR15, "steps": [REGULAR]})
    assert read_offer(gym, {"hold_days": 3}, base=base).steps == base.steps
    assert read_offer(gym, {"steps": []}, base=base) == Offer(ambassador_reward=EUR15)


RETENTION = {
    "conditions": [{"kind": "sessions_attended", "at_least": 1}],
    "ambassador": EUR5,
    "steps": [
        {"conditions": [{"kind": "orders", "at_least": 1}], "ambassador_reward": EUR10},
        {"name": "Loyal", "conditions": [{"kind": "membership_kept", "days": 90}], "ambassador_reward": EUR20},
    ],
}


@pytest.mark.parametrize("looks_after", [0, 40])
def test_first_visit_first_payment_and_still_a_client_after_ninety_days(
    gym: Business, ana: Client, looks_after: int
) -> None:
    """R-297, PEERS 38: each pays in its turn; the last by time alone, also where the worker looks 40 days late."""
    launch(gym, qualification_days=30, **RETENTION)
    ben = bring(ana, "Ben").friend
    visit(ben, 1)
    assert available(ana) == 500
    yearly = create_membership_type(gym, name="Year", kind="prepaid", price=9000, valid_days=365, now=NOON)
    order = place_order(gym, ben, [(yearly, 1)], actor="user:1", now=later(3))
    pay(order, method="cash", actor="user:1", now=later(3))
    assert (available(ana), stands()["a3"]) == (1500, ("promised", ""))
    assert [close_overdue(later(31)), ask_again(later(92))] == [0, 0]
    on = later(93 + looks_after)
    assert close_overdue(on) == 0, "who kept it in time loses nothing to a late worker"
    assert ask_again(on) == 1
    assert (available(ana, now=on), Referral.objects.get().reason) == (3500, "completed")
    refund(order, actor="user:1", now=later(140))
    assert stands() == {"a1": ("granted", ""), "a2": ("revoked", "refunded"), "a3": ("revoked", "refunded")}
    assert available(ana, now=later(140)) == 500
    assert not faults(gym)


def test_who_leaves_before_the_ninety_days_keeps_the_earlier_steps_paid(gym: Business, ana: Client) -> None:
    """CASES 39: nobody stayed, so the last step lapses on its own last day; what was earned stays."""
    launch(gym, qualification_days=30, **RETENTION)
    ben = bring(ana, "Ben").friend
    visit(ben, 1)
    sell(ben, make_product(gym))
    assert [close_overdue(later(day)) for day in (31, 120, 122)] == [0, 0, 1]
    assert stands() == {"a1": ("granted", ""), "a2": ("granted", ""), "a3": ("lapsed", "deadline")}
    assert (available(ana), Referral.objects.get().reason) == (1500, "completed")


def test_a_movement_of_a_further_step_is_no_welcome(gym: Business, ana: Client) -> None:
    """R-049: what each gift is for, as its friend reads it; nobody came back here."""
    came = {"conditions": [{"kind": "sessions_attended", "at_least": 1}], "friend_reward": EUR15}
    launch(gym, friend=EUR10, steps=[{"name": "Came", **came}])
    ben = bring(ana, "Ben").friend
    mark_visit(ben, key="1", actor="user:1", now=NOON)
    with translation.override("en"):
        told = [(line.amount, line.about) for line in statement_of(gym, list(movements_of(gym, ben.pk)))]
    assert told == [(1500, "Your gift"), (1000, "Your welcome gift")]
