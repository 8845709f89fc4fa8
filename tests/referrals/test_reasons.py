"""Every state and reason of a reward and of a recommendation has its words, for staff and for the client (R-290)."""

from datetime import timedelta

from django.utils import translation

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals import reasons
from plusone.referrals.commands import reject_referral
from plusone.referrals.models import Referral
from plusone.referrals.progress import progress_of
from plusone.referrals.queries import events_of, referrals_of
from plusone.rewards.commands import approve, decline
from plusone.rewards.models import Reward
from world import EUR10, NOON, bring, launch

LANGUAGES = ("en", "es", "fr")


def test_no_state_and_no_reason_is_without_words_in_any_language() -> None:
    """CONTRACT, States: a sentence and a next step, each for staff and for the client, in three languages."""
    assert {state for state, reason in reasons.REWARDS if not reason} == set(Reward.State)
    told = {reason for _state, reason in reasons.REWARDS if reason}
    fallbacks = {Reward.Reason.HOLD, Reward.Reason.DECLINED}  # one state each, whose own words say it
    assert told | fallbacks == set(Reward.Reason)
    assert {state for state, reason in reasons.REFERRALS if not reason} == set(Referral.State)
    assert {reason for _state, reason in reasons.REFERRALS if reason} == {*Referral.Reason, reasons.FLAGGED}
    for where, words in {**reasons.REWARDS, **reasons.REFERRALS}.items():
        for text in vars(words).values():
            said = []
            for language in LANGUAGES:
                with translation.override(language):
                    said.append(str(text))
            assert all(said), where
            assert len(set(said)) == len(LANGUAGES), (where, said)


def test_a_reward_says_why_and_until_when(gym: Business, ana: Client) -> None:
    """CASES 53, UX 12: one sentence, one date, one next step, for each reader."""
    launch(gym, hold_days=14, friend=EUR10, friend_reward_on="qualified", approval="manual")
    ben = bring(ana, "Ben")

    activate(ben.friend, actor="user:1", now=NOON)
    mine, his = (Reward.objects.select_related("business", "client").get(side=s) for s in ("ambassador", "friend"))
    told = reasons.tell_reward(mine, to="staff")
    assert told.sentence == "€15.00 of balance for Ana López is in its verification period until Mar 24, 2026."
    assert told.next == "It is given by itself on that day, unless the purchase is refunded before."
    assert told.at == mine.available_at
    assert reasons.tell_reward(his, to="client").sentence == (
        "Studio Vela confirms each reward by hand, and €10.00 of balance is waiting for that."
    )


def test_what_was_declined_is_told_kindly_and_may_be_given_after_all(gym: Business, ana: Client) -> None:
    """CASES 61: the client reads why and whom to ask; the trail keeps both decisions."""
    launch(gym, approval="manual")
    ben = bring(ana, "Ben")

    activate(ben.friend, actor="user:1", now=NOON)
    reward = Reward.objects.select_related("business", "client").get()
    decline(reward, note="same flat", actor="user:1", now=NOON)
    shown = progress_of(gym, list(referrals_of(gym)), now=NOON)[0]
    assert shown.state == "ineligible"
    assert shown.sentence == (
        "Studio Vela looked at €15.00 of balance and did not give it. If you think this is wrong, write to Studio Vela."
    )
    approve(reward, note="they live next door", actor="user:1", now=NOON + timedelta(days=1))
    assert reward.note == "they live next door"

    names = list(events_of(ben, [reward]).values_list("name", flat=True))
    assert [name for name in names if name in ("reward.declined", "reward.granted")] == [
        "reward.granted",
        "reward.declined",
    ]


def test_a_rejected_recommendation_says_so_on_both_sides(gym: Business, ana: Client) -> None:
    """R-282: the ambassador reads that it was not accepted, never a bare code."""
    launch(gym)
    ben = bring(ana, "Ben")
    reject_referral(ben, note="two accounts", actor="user:1", now=NOON)
    reward = Reward.objects.select_related("business", "client").get()
    assert (reward.state, reward.reason) == ("lapsed", "declined")
    assert reasons.tell_reward(reward, to="client").sentence == (
        "You do not receive €15.00 of balance: Studio Vela did not accept this recommendation."
    )
    shown = progress_of(gym, list(referrals_of(gym)), now=NOON)[0]
    assert shown.sentence == (
        "Studio Vela did not accept this recommendation. If you think this is wrong, write to Studio Vela."
    )
