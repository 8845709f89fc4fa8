"""The ambassador chooses among rewards that the owner allows (R-104), once they are due."""

from typing import Any

import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.models import Message
from plusone.referrals.automation.reactions import remind_of_choices
from plusone.referrals.commands import (
    block_ambassador,
    choose_reward,
    decide_reward,
    reject_referral,
    restore_ambassador,
)
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.referrals.progress import friends_of
from plusone.referrals.reasons import tell_reward
from plusone.referrals.sentences import for_ambassador
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward, Tally
from plusone.rewards.queries import option_phrases, phrase_of, wallet_of
from plusone.rules.engine import work
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}
MASSAGE = {"kind": "manual", "text": "Massage"}
TENTH = {"kind": "balance", "percent": 10}
EITHER = {"kind": "choice", "options": [EUR15, MASSAGE]}


def offered(gym: Business, ana: Client, **more: Any) -> Reward:
    """Let Ben become a client under an offer of a choice, and return what Ana may choose."""
    launch(gym, ambassador=more.pop("reward", EITHER), **more)
    activate(bring(ana, "Ben").friend, **WHO)
    return Reward.objects.select_related("business", "client").get()


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def test_nothing_is_given_before_it_is_chosen_and_then_once(gym: Business, ana: Client) -> None:
    """R-104: due, it waits; the choice gives it, completes the recommendation, and cannot be made twice."""
    reward = offered(gym, ana)
    assert (reward.state, available(ana), Referral.objects.get().state) == ("awaiting_choice", 0, "activated")
    assert option_phrases(reward) == ["€15.00 of balance", "“Massage”"]
    assert phrase_of(reward) == "a choice of €15.00 of balance or “Massage”"
    assert [choose_reward(reward, 0, **WHO) for _click in range(2)] == [True, False]
    assert (reward.kind, reward.amount, reward.state, available(ana)) == ("balance", 1500, "granted", 1500)
    assert Referral.objects.get().reason == "completed"
    with pytest.raises(Refused) as refused:
        choose_reward(reward, 1, **WHO)
    assert (refused.value.code, available(ana)) == ("chosen", 1500)
    names = list(Event.objects.filter(data__reward=reward.pk).order_by("id").values_list("name", flat=True))
    assert names == ["reward.promised", "reward.choice_offered", "reward.chosen", "reward.granted"]
    assert not faults(gym)


def test_a_thing_that_is_chosen_waits_at_the_desk(gym: Business, ana: Client) -> None:
    reward = offered(gym, ana)
    choose_reward(reward, 1, **WHO)
    assert (reward.kind, phrase_of(reward), reward.amount, available(ana)) == ("manual", "“Massage”", None, 0)
    assert rewards.hand_over(reward, **WHO)


@pytest.mark.parametrize("option", [-1, 2, 99])
def test_what_is_not_offered_cannot_be_chosen(gym: Business, ana: Client, option: int) -> None:
    reward = offered(gym, ana)
    with pytest.raises(Invalid) as refused:
        choose_reward(reward, option, **WHO)
    assert (refused.value.field, Reward.objects.get().state) == ("option", "awaiting_choice")


def test_it_is_chosen_after_its_verification_and_its_approval(gym: Business, ana: Client) -> None:
    """R-115: first the hold, then the owner, then the client; before that there is nothing to choose."""
    reward = offered(gym, ana, hold_days=3, approval="manual")
    assert reward.state == "on_hold"
    with pytest.raises(Refused) as refused:
        choose_reward(reward, 0, **WHO)
    assert refused.value.code == "nothing_to_choose"
    rewards.end_hold(reward, actor="system", now=later(4))
    assert reward.state == "awaiting_approval"
    assert [rewards.approve(reward, actor="user:1", now=later(5)) for _click in range(2)] == [True, False]
    assert reward.state == "awaiting_choice"
    assert choose_reward(reward, 0, actor="user:1", now=later(6))


def test_a_percentage_can_be_chosen_once_its_money_is_known(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 42: another option may be taken at once, the percentage after the first payment."""
    reward = offered(gym, ana, reward={"kind": "choice", "options": [TENTH, EUR10]})
    with pytest.raises(Refused) as refused:
        choose_reward(reward, 0, **WHO)
    assert (refused.value.code, Reward.objects.get().state) == ("amount_unknown", "awaiting_choice")
    sell(Referral.objects.get().friend, bono)
    choose_reward(reward, 0, **WHO)
    assert (available(ana), reward.amount) == (500, 500)


def test_a_refund_before_the_choice_takes_it_and_after_it_what_was_chosen(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CONTRACT States: nothing left of the purchase, nothing left to choose."""
    launch(gym, ambassador=EITHER)
    first, second = (sell(bring(ana, name).friend, bono) for name in ("Ben", "Cleo"))
    early, late = Reward.objects.order_by("id")
    refund(first, **WHO)
    with pytest.raises(Refused) as refused:
        choose_reward(early, 0, **WHO)
    assert refused.value.code == "nothing_to_choose"
    choose_reward(late, 0, **WHO)
    refund(second, **WHO)
    assert (available(ana), set(Reward.objects.values_list("state", "reason"))) == (0, {("revoked", "refunded")})
    assert not faults(gym)


def test_the_client_is_written_to_and_reminded_once(gym: Business, ana: Client) -> None:
    """R-104, R-249: a mail when it is due, one more after two weeks; it stays open."""
    offered(gym, ana)
    work(later(0.1))
    assert [remind_of_choices(later(day)) for day in (13, 15, 16, 60)] == [0, 1, 0, 0]
    work(later(60))
    sent = list(Message.objects.filter(client=ana, template__startswith="reward.").order_by("id"))
    assert [message.template for message in sent] == ["reward.choose", "reward.choose_reminder"]
    assert Reward.objects.get().state == "awaiting_choice"


def test_ambassador_and_staff_read_what_it_waits_for(gym: Business, ana: Client) -> None:
    """UX 12: a sentence and a next step for each; it counts as nothing until it is chosen."""
    reward = offered(gym, ana)
    assert tell_reward(reward, to="client").sentence == (
        "You have a choice of €15.00 of balance or “Massage” since Mar 10, 2026, and have not chosen yet."
    )
    assert "you can choose for Ana López" in tell_reward(reward, to="staff").next
    assert wallet_of(ana, now=NOON).pending == 0
    (shown,) = friends_of(ana, most=3, now=NOON).shown
    assert (shown.state, shown.sentence.endswith("choose the one you would like.")) == ("active", True)


def test_a_step_may_give_a_choice_too(gym: Business, ana: Client, bono: Product) -> None:
    launch(gym, steps=[{"ambassador_reward": EITHER, "conditions": [{"kind": "orders", "at_least": 1}]}])
    sell(bring(ana, "Ben").friend, bono)
    assert dict(Reward.objects.values_list("milestone", "state")) == {"1": "granted", "2": "awaiting_choice"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (None, "ambassador_reward.options"),
        ([EUR15], "ambassador_reward.options"),
        ([EUR15] * 2, "ambassador_reward.options.1"),
        ([EUR15, EITHER], "ambassador_reward.options.1"),
        ([EUR15, "x"], "ambassador_reward.options.1"),
        ([EUR15, {"kind": "manual", "text": ""}], "ambassador_reward.options.1.text"),
    ],
)
def test_a_choice_that_is_none_is_refused(gym: Business, options: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"ambassador_reward": {"kind": "choice", "options": options}})
    assert refused.value.field == field


def test_what_has_to_be_known_of_each_option_is_said_once(gym: Business) -> None:
    said = for_ambassador(gym, read_offer(gym, {"ambassador_reward": EITHER, "friend_reward": EUR10}))
    assert sum("paid out in cash" in line for line in said) == 1
    assert sum("exchanged for cash" in line for line in said) == 1
    assert "You choose once it is due; until then nothing is given." in said


def test_the_friend_is_given_no_choice(gym: Business) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"friend_reward": EITHER})
    assert refused.value.field == "friend_reward"


def test_a_choice_is_worth_money_where_one_of_its_options_is(gym: Business) -> None:
    """PRI-15: a clinic may let its clients choose between words of thanks."""
    cards = [{"kind": "manual", "text": text} for text in ("Card", "Plant")]
    for options, expected in ((cards, False), ([*cards, EUR10], True)):
        assert read_offer(gym, {"ambassador_reward": {"kind": "choice", "options": options}}).gives_money is expected


def both_friends(ana: Client) -> list[Reward]:
    for name in ("Ben", "Eva"):
        activate(bring(ana, name).friend, **WHO)
    return list(Reward.objects.select_related("business", "client").order_by("pk"))


def test_what_is_offered_can_be_given(gym: Business, ana: Client) -> None:
    """R-104, MON-7: under a cap of one reward Ana is asked to choose once; the second friend's is over the limit at
    once, and not after she has chosen."""
    launch(gym, ambassador=EITHER, caps={"rewards_total": 1})
    first, second = both_friends(ana)
    assert (first.state, second.state, second.reason) == ("awaiting_choice", "capped", "cap_count")
    assert choose_reward(first, 0, **WHO)
    assert (Reward.objects.get(pk=first.pk).state, available(ana)) == ("granted", 1500)
    assert Tally.objects.get(key__endswith=":total").number == 1


def test_a_choice_that_ends_leaves_its_place(gym: Business, ana: Client, bono: Product) -> None:
    """MON-7: declined, rejected, or refunded before she has chosen: the next friend's is hers to choose."""
    limits = {"caps": {"rewards_total": 1}, "budget": 1500}
    launch(gym, ambassador=EITHER, conditions=[{"kind": "orders", "at_least": 1}], **limits)
    for number, end in enumerate(("decline", "reject", "refund", "choose and refund")):
        referral = bring(ana, f"Friend{number}")
        order = sell(referral.friend, bono)
        reward = Reward.objects.select_related("business", "client").get(source_id=referral.pk)
        assert reward.state == "awaiting_choice", end
        assert Tally.objects.get(key__endswith=":total").number == 1
        if end == "decline":
            decide_reward(reward, approve=False, **WHO)
        elif end == "reject":
            reject_referral(referral, **WHO)
        else:
            if end != "refund":
                choose_reward(reward, 0, **WHO)
            refund(order, **WHO)
        assert (Tally.objects.get(key__endswith=":total").number, of_budget()) == (0, 0), end


def test_a_choice_counts_in_the_month_of_its_offer(gym: Business, ana: Client) -> None:
    """CONTRACT, States: what was offered in March is chosen in April, and takes no place of April's."""
    launch(gym, ambassador=EITHER, caps={"rewards_per_month": 1})
    march, april = bring(ana, "Ben").friend, bring(ana, "Eva").friend
    activate(march, **WHO)
    first = Reward.objects.select_related("business", "client").get(state="awaiting_choice")
    later_on = {"actor": "user:1", "now": later(30)}
    activate(april, **later_on)
    assert Reward.objects.filter(state="awaiting_choice").count() == 2
    for reward in Reward.objects.filter(state="awaiting_choice").select_related("business", "client"):
        assert choose_reward(reward, 0, **later_on)
    first.refresh_from_db()
    assert (first.state, balance_of(gym, ana.pk, now=later(30)).available) == ("granted", 3000)
    assert set(Tally.objects.filter(key__endswith=":number").values_list("number", flat=True)) == {1}


def test_what_was_offered_in_march_leaves_april_alone(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT, States: it is chosen in April and goes with a refund; April's one place was given, and stays so."""
    launch(gym, ambassador=EITHER, conditions=[{"kind": "orders", "at_least": 1}], caps={"rewards_per_month": 1})
    order = sell(bring(ana, "Ben").friend, bono)
    later_on = {"actor": "user:1", "now": later(30)}
    assert choose_reward(Reward.objects.select_related("business", "client").get(), 0, **later_on)
    sell(bring(ana, "Eva").friend, bono, now=later(30))
    refund(order, **later_on)
    sell(bring(ana, "Leo").friend, bono, now=later(30))
    assert list(Reward.objects.order_by("pk").values_list("state", flat=True)) == [
        "revoked", "awaiting_choice", "capped"
    ]  # fmt: skip


def test_what_was_offered_before_its_time_is_earned_like_any_other(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 61, 78: the owner offers it by an override before Ben pays; after a block and its end it waits for his
    payment as it did before, and is hers to choose then."""
    launch(gym, ambassador=EITHER, conditions=[{"kind": "orders", "at_least": 1}])
    ben = bring(ana, "Ben").friend
    reward = Reward.objects.select_related("business", "client").get()
    decide_reward(reward, approve=False, **WHO)
    decide_reward(reward, approve=True, note="A regular", **WHO)
    assert reward.state == "awaiting_choice"
    block_ambassador(ana, **WHO)
    restore_ambassador(ana, **WHO)
    assert Reward.objects.get().state == "promised"
    sell(ben, bono)
    assert Reward.objects.get().state == "awaiting_choice"


def budgeted(gym: Business, budget: int, *ambassadors: Client, **more: Any) -> list[Reward]:
    """A friend of each becomes a client under a budget; return what each may choose, or may not."""
    launch(gym, ambassador=more.pop("reward", EITHER), budget=budget, **more)
    for number, ambassador in enumerate(ambassadors):
        activate(bring(ambassador, f"Friend{number}").friend, **WHO)
    return list(Reward.objects.select_related("business", "client").order_by("pk"))


def of_budget() -> int:
    return Tally.objects.get(key__endswith=":budget").amount


def test_the_money_of_a_choice_is_kept_free(gym: Business, ana: Client, carla: Client) -> None:
    """R-104, MON-7: while Ana may choose 15 euros nobody else is given them; the owner hears that the budget is full,
    and she receives them whole whenever she chooses."""
    hers, theirs = budgeted(gym, 1500, ana, carla)
    assert (hers.state, theirs.state, theirs.reason) == ("awaiting_choice", "capped", "budget")
    assert (of_budget(), Event.objects.filter(name="budget.reached").count()) == (1500, 1)
    assert choose_reward(hers, 0, **WHO)
    assert (hers.state, hers.amount, available(ana), of_budget()) == ("granted", 1500, 1500, 1500)
    assert not faults(gym)


def test_what_is_left_is_kept_free_and_given(gym: Business, ana: Client, carla: Client) -> None:
    """CONTRACT, States: the last one under a budget is worth what is left of it, also where it is chosen first."""
    hers, last = budgeted(gym, 2000, ana, carla)
    assert choose_reward(last, 0, **WHO)
    assert choose_reward(hers, 0, **WHO)
    assert (available(ana), available(carla), of_budget()) == (1500, 500, 2000)


def test_who_chooses_a_thing_leaves_the_money_to_others(gym: Business, ana: Client, carla: Client) -> None:
    """R-104: Ana takes the massage, and the next friend's 15 euros can be chosen."""
    (hers,) = budgeted(gym, 1500, ana)
    assert choose_reward(hers, 1, **WHO)
    assert (of_budget(), Reward.objects.get().reserved) == (0, 0)
    activate(bring(carla, "Late").friend, **WHO)
    last = Reward.objects.select_related("business", "client").get(client=carla)
    assert choose_reward(last, 0, **WHO)
    assert (available(carla), of_budget()) == (1500, 1500)


def test_a_percentage_is_kept_free_once_its_money_is_known(
    gym: Business, ana: Client, carla: Client, bono: Product
) -> None:
    """CASES 41, 42: 10 % of Ben's 50 euros are 5; a refund of half leaves 2.50 of them free for others."""
    launch(gym, ambassador={"kind": "choice", "options": [TENTH, MASSAGE]}, budget=600)
    ben, late = bring(ana, "Ben").friend, bring(carla, "Late").friend
    activate(ben, **WHO)
    assert (Reward.objects.get(client=ana).state, of_budget()) == ("awaiting_choice", 0)
    order = sell(ben, bono)
    assert of_budget() == 500
    sell(late, bono)
    assert (of_budget(), Reward.objects.get(client=carla).reserved) == (600, 100)
    refund(order, 2500, **WHO)
    assert (of_budget(), Reward.objects.get(client=ana).reserved) == (350, 250)
    hers = Reward.objects.select_related("business", "client").get(client=ana)
    assert choose_reward(hers, 0, **WHO)
    assert (available(ana), of_budget()) == (250, 350)
