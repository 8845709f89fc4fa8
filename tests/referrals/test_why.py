"""Why something ended, said rightly: the day that was promised, and the reason that is the case (R-290, CASES 39)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from plusone.clients.commands import activate, delete_client
from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals.commands import choose_reward, close_overdue, deactivate_campaign, revive
from plusone.referrals.gifts import gifts_of
from plusone.referrals.models import Referral
from plusone.referrals.progress import friends_of
from plusone.referrals.reasons import tell_referral, tell_reward
from plusone.rewards.commands import hand_over
from plusone.rewards.models import Reward
from plusone.store.commands import close_dispute, dispute, refund
from plusone.store.models import Product
from world import NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
TENTH = {"kind": "balance", "percent": 10}


def mine() -> Reward:
    """Return the ambassador's reward, as a page reads it."""
    return Reward.objects.select_related("business", "client").get(side="ambassador")


def why() -> tuple[str, str]:
    """Return where the ambassador's reward and its recommendation stand, in the words for staff."""
    referral = Referral.objects.select_related("business", "friend").get()
    return tell_reward(mine(), to="staff").sentence, tell_referral(referral, to="staff").sentence


@pytest.mark.parametrize("looked_after", [11, 20])
def test_a_missed_deadline_says_the_day_that_was_promised(gym: Business, ana: Client, looked_after: int) -> None:
    """R-290, CASES 39: "until 20 March at the latest" is over on 20 March, whenever the worker looked."""
    launch(gym, qualification_days=10)
    bring(ana, "Ben")
    assert "Until Mar 20, 2026 at the latest." in friends_of(ana, most=9, now=NOON).shown[0].sentence
    assert close_overdue(later(looked_after)) == 1
    assert why() == (
        "Ana López does not receive €15.00 of balance: the last day for it was Mar 20, 2026.",
        "The last day for this recommendation was Mar 20, 2026, and not all that it needs had happened.",
    )
    assert revive(Referral.objects.get(), note="was ill", actor="user:1", now=later(21))
    assert (mine().state, mine().due_by, mine().reason) == ("promised", None, "")
    assert close_overdue(later(31)) == 0
    assert close_overdue(later(32)) == 1
    assert "the last day for it was Apr 10, 2026." in why()[0]


def test_the_last_day_is_right_where_a_day_has_23_hours(gym: Business, ana: Client) -> None:
    """R-290: Sunday 29 March 2026 is short in Madrid, and the last day all the same."""
    launch(gym, qualification_days=19)
    referral = bring(ana, "Ben")
    assert referral.deadline_at == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert "Until Mar 29, 2026 at the latest." in friends_of(ana, most=9, now=NOON).shown[0].sentence


def test_a_percentage_that_comes_to_nothing_says_so(gym: Business, ana: Client) -> None:
    """CASES 41, R-290: ten per cent of 0.04 is nothing; the recommendation is complete and not blamed for it."""
    launch(gym, ambassador=TENTH)
    sell(bring(ana, "Ben").friend, make_product(gym, "Clip", 4))
    assert (mine().state, mine().reason) == ("lapsed", "worth_nothing")
    assert why() == (
        (
            "Ana López does not receive 10% of the first purchase as balance: "
            "on Mar 10, 2026 the payment that it counts on was too small to bring any."
        ),
        "This recommendation is complete since Mar 10, 2026: nothing is left to settle.",
    )


def test_choosing_what_was_taken_back_says_that(gym: Business, ana: Client, bono: Product) -> None:
    """R-104, R-290: after the refund nobody is told to wait; before it is due, they are."""
    either = {"kind": "choice", "options": [{"kind": "balance", "amount": 1500}, {"kind": "manual", "text": "Massage"}]}
    launch(gym, ambassador=either)
    referral = bring(ana, "Ben")
    with pytest.raises(Refused) as early:
        choose_reward(mine(), 0, **WHO)
    assert early.value.told == "There is nothing to choose at present. It can be chosen once it is due."
    refund(sell(referral.friend, bono), **WHO)
    with pytest.raises(Refused) as late:
        choose_reward(mine(), 0, actor=f"client:{ana.pk}", now=NOON)
    assert late.value.code == "nothing_to_choose"
    assert late.value.told == (
        "A choice of €15.00 of balance or “Massage” was taken back on Mar 10, 2026, because the purchase behind it was "
        "refunded. If you think this is wrong, write to Studio Vela."
    )


def test_an_option_of_a_refunded_payment_is_worth_nothing(gym: Business, ana: Client, bono: Product) -> None:
    """R-290, CASES 42: the first payment is known, and it was given back; "choose it then" would never come true."""
    launch(gym, ambassador={"kind": "choice", "options": [TENTH, {"kind": "manual", "text": "Massage"}]})
    friend = bring(ana, "Ben").friend
    activate(friend, **WHO)
    refund(sell(friend, bono), **WHO)
    Reward.objects.update(state="awaiting_choice")  # as where another order still holds its condition
    with pytest.raises(Refused) as no:
        choose_reward(mine(), 0, **WHO)
    assert (no.value.code, no.value.told) == (
        "worth_nothing",
        (
            "This option is worth nothing: the payment that it counts on was given back, or is too small. "
            "Choose another one."
        ),
    )
    assert choose_reward(mine(), 1, **WHO)


@pytest.mark.parametrize("reward", [{"kind": "balance", "amount": 1500}, TENTH])
def test_a_lost_dispute_is_no_refund(gym: Business, ana: Client, bono: Product, reward: dict[str, Any]) -> None:
    """R-254, R-290: the bank took the money back, and that is what is said, of an amount and of a percentage."""
    launch(gym, ambassador=reward)
    order = sell(bring(ana, "Ben").friend, bono)
    dispute(order, **WHO)
    close_dispute(order, "lost", **WHO)
    assert (mine().state, mine().reason) == ("revoked", "dispute_lost")
    assert why()[0].endswith(
        "was taken back from Ana López on Mar 10, 2026, because the payment behind it was lost in a dispute."
    )


@pytest.mark.parametrize(
    ("how", "reasons", "told"),
    [
        ("campaign", ("campaign_ended", "campaign_ended"), "on Mar 10, 2026 the campaign ended, and the open "),
        ("friend", ("lead_deleted", "withdrawn"), "since Mar 10, 2026 one of the people of this recommendation is "),
        ("ambassador", ("withdrawn", "withdrawn"), "since Mar 10, 2026 one of the people of this recommendation is "),
    ],
)
def test_a_campaign_that_ended_and_a_person_who_is_gone_are_told_apart(
    gym: Business, ana: Client, how: str, reasons: tuple[str, str], told: str
) -> None:
    """Q-06, R-282, R-290: each end has a reason of its own; the friend may get another ambassador as before."""
    campaign = launch(gym)
    ben = bring(ana, "Ben")
    if how == "campaign":
        deactivate_campaign(campaign, open_referrals="stop", **WHO)
    else:
        delete_client(ben.friend if how == "friend" else ana, archive_first=how != "friend", **WHO)
    assert (Referral.objects.get().reason, mine().reason) == reasons
    assert told in why()[0]
    assert ("campaign" in why()[1]) is (how == "campaign")
    if how == "campaign":
        launch(gym)
        assert bring(ana, "Ben").pk != ben.pk


@pytest.mark.parametrize("days", [5, None])
def test_what_staff_hand_over_waits_and_is_handed_over(gym: Business, ana: Client, days: int | None) -> None:
    """Q-25, R-290: granted is not received: it waits at the desk, until a day where it ends, and then it is hers."""
    launch(gym, ambassador={"kind": "manual", "text": "Taza", "expires_days": days})
    activate(bring(ana, "Ben").friend, **WHO)

    def told(day: float) -> list[str]:
        words = [tell_reward(mine(), to="staff", now=later(day)), tell_reward(mine(), to="client", now=later(day))]
        assert words[1].sentence in friends_of(ana, most=9, now=later(day)).shown[0].sentence
        return [text for one in words for text in (one.sentence, one.next)]

    ready = "until Mar 14, 2026" if days else "since Mar 10, 2026"
    waits = [
        f"“Taza” is ready for Ana López {ready}, and has not been handed over yet.",
        "Hand it over, and say so.",
        f"“Taza” is ready for you {ready}.",
        "Collect it at Studio Vela.",
    ]
    assert (told(0), told(4)) == (waits, waits)
    over = [
        "Ana López did not collect “Taza”: the last day for it was Mar 14, 2026.",
        "If it was deserved all the same, adjust the balance by hand.",
        "You did not collect “Taza”: the last day for it was Mar 14, 2026.",
        "If you think this is wrong, write to Studio Vela.",
    ]
    assert told(5) == (over if days else waits)
    hand_over(mine(), actor="user:1", now=later(3))
    assert told(9) == [
        "“Taza” was handed over to Ana López on Mar 13, 2026.",
        "Nothing is left to do.",
        "You received “Taza” on Mar 13, 2026.",
        "You need do nothing.",
    ]


def test_a_friends_gift_at_the_desk_says_until_when_and_that_it_is_over(gym: Business, ana: Client) -> None:
    """R-116, Q-25: on the friend's page, a lead's too."""
    launch(gym, friend={"kind": "manual", "text": "Taza", "expires_days": 5})
    ben = bring(ana, "Ben").friend
    [gift] = gifts_of(ben, now=later(4))
    assert gift.sentence == "Your welcome gift is here: “Taza”."
    assert gift.next.endswith(" Until Mar 14, 2026 at the latest.")
    [gift] = gifts_of(ben, now=later(5))
    assert gift.sentence == "You did not collect “Taza”: the last day for it was Mar 14, 2026."
    mine = Reward.objects.get(side="friend")
    assert mine.expires_at is not None
    with pytest.raises(Refused) as refused:
        hand_over(mine, actor="user:1", now=mine.expires_at)
    assert refused.value.code == "expired"
    hand_over(mine, actor="user:1", now=later(1))
    [gift] = gifts_of(ben, now=later(5))
    assert gift.sentence == "You received “Taza” on Mar 11, 2026."
