"""What the model of the loop found (test_model.py), each as a story of its own."""

import pytest

from doubted import register
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust, earn, hold, release, revoke
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import choose_reward, close_overdue
from plusone.referrals.commands.deciding import decide_reward
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, bring, later, launch, sell

WHO = {"actor": "user:1", "now": NOON}
TENTH = {"kind": "balance", "percent": 10}


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def test_a_percentage_of_unknown_money_cannot_be_granted(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 42, 61: an override of a declined percentage waits for the friend's money, never a guess or a fault."""
    launch(gym, ambassador=TENTH)
    friend = bring(ana, "Ben").friend
    reward = Reward.objects.get()
    rewards.decline(reward, note="Not yet", **WHO)
    with pytest.raises(Refused) as refused:
        rewards.approve(reward, note="After all", **WHO)
    reward.refresh_from_db()
    assert (refused.value.code, reward.state, reward.note, available(ana)) == (
        "amount_unknown", "declined", "Not yet", 0
    )  # fmt: skip
    sell(friend, bono)
    assert Reward.objects.get().state == "declined"


def test_the_deadline_takes_nothing_that_was_earned_in_time(gym: Business, ana: Client) -> None:
    """CASES 39, 53: the verification period may end after the last day; only what is still promised lapses."""
    launch(gym, friend=TENTH, hold_days=14, qualification_days=30)
    ben = bring(ana, "Ben").friend
    activate(ben, actor="user:1", now=later(25))
    assert close_overdue(later(31)) == 1
    states = dict(Reward.objects.values_list("side", "state"))
    assert (states, Referral.objects.get().state) == ({"friend": "lapsed", "ambassador": "on_hold"}, "activated")
    end_holds(later(39))
    assert (available(ana), Referral.objects.get().reason) == (1500, "completed")


def test_a_gift_on_registering_outlives_a_missed_deadline(gym: Business, ana: Client) -> None:
    """CASES 39: who never converted keeps the gift for registering, after its own verification period."""
    launch(gym, friend=EUR10, friend_hold_days=60, qualification_days=30)
    ben = bring(ana, "Ben").friend
    close_overdue(later(31))
    states = dict(Reward.objects.values_list("side", "state"))
    assert (states, Referral.objects.get().reason) == ({"friend": "on_hold", "ambassador": "lapsed"}, "not_converted")
    end_holds(later(60))
    assert available(ben) == 1000


def test_nobody_pays_a_debt_with_what_has_expired(gym: Business, ana: Client) -> None:
    """CONTRACT: an expired lot is unspendable at its moment, worker or not; a debt is paid by the next earning."""
    earn(gym, ana.pk, 300, key="short", expires_at=later(5), **WHO)
    reserved = hold(gym, ana.pk, 300, key="order", **WHO)
    revoke(gym, ana.pk, 1000, key="back", reason="refunded", ref=("reward", 7), allow_debt=True, **WHO)
    release(reserved, actor="user:1", now=later(6))
    adjust(gym, ana.pk, 700, key="paid", reason="paid", actor="user:1", now=later(6))
    stands = balance_of(gym, ana.pk, now=later(6))
    assert (stands.available, stands.owed, stands.expired, stands.revoked) == (0, 300, 300, 700)
    assert not faults(gym)


def test_sets_beyond_a_capped_one_go_with_their_basis(gym: Business, ana: Client, bono: Product) -> None:
    """R-285: the second set met a cap; when both lose a friend, it is the first one's reward that goes."""
    launch(gym, every=2, caps={"rewards_total": 1}, ambassador=EUR15)
    orders = [sell(bring(ana, name).friend, bono) for name in ("Ben", "Cleo", "Dan", "Eva")]
    assert sorted(Reward.objects.values_list("state", flat=True)) == ["capped", "granted"]
    for order in orders[1:]:
        refund(order, **WHO)
    assert (available(ana), sorted(Reward.objects.values_list("state", flat=True))) == (0, ["capped", "revoked"])
    assert not faults(gym)


def test_a_doubt_ends_with_the_decision_though_the_client_has_still_to_choose(gym: Business, ana: Client) -> None:
    """CASES 60, FRA-10: who approves a choice has decided; nobody is asked again when it is made."""
    either = {"kind": "choice", "options": [EUR15, {"kind": "manual", "text": "A towel"}]}
    launch(gym, ambassador=either)
    referral = register(ana, "ben@friends.example", flags=("too_fast",))
    activate(referral.friend, **WHO)
    reward = Reward.objects.select_related("business", "client").get()
    assert (reward.state, reward.reason) == ("awaiting_approval", "flagged")
    decide_reward(reward, approve=True, **WHO)
    reward.refresh_from_db()
    referral.refresh_from_db()
    assert (reward.state, referral.flagged, DoubtCase.objects.get().state) == ("awaiting_choice", False, "approved")
    choose_reward(reward, 1, **WHO)
    assert Referral.objects.get().reason == "completed"


def test_a_full_set_is_rewarded_whoever_of_it_was_refunded(gym: Business, ana: Client, bono: Product) -> None:
    """R-285: Ben and Eva fill a set; Eva gets her money back and buys again, so two friends qualify and one reward is
    due. It stands with Ben, since Eva's was taken back; it goes with either."""
    launch(gym, ambassador=EUR10, every=2, conditions=[{"kind": "orders", "at_least": 1}])
    ben, eva = (bring(ana, name).friend for name in ("Ben", "Eva"))
    first = sell(ben, bono)
    refund(sell(eva, bono), **WHO)
    assert available(ana) == 0
    again = sell(eva, bono)
    assert available(ana) == 1000
    assert [row.state for row in Reward.objects.order_by("pk")] == ["revoked", "granted"]
    given = Reward.objects.get(state="granted")
    assert Referral.objects.get(pk=given.source_id).friend == ben
    refund(first, **WHO)
    assert (available(ana), faults(gym)) == (0, [])
    refund(again, **WHO)
    for name in ("Cleo", "Dan"):
        sell(bring(ana, name).friend, bono)
    assert (available(ana), Reward.objects.filter(state="granted").count()) == (1000, 1)
