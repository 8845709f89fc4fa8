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
from plusone.referrals.commands import choose_reward, decide_reward, reject_referral
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
    launch(gym, ambassador=EITHER, caps={"rewards_total": 1}, conditions=[{"kind": "orders", "at_least": 1}])
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
        assert Tally.objects.get(key__endswith=":total").number == 0, end


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
