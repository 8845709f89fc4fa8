"""Memberships and days of membership as rewards, and the visits that use them (R-144, R-145, R-147, 4.5)."""

from datetime import datetime
from typing import Any

import pytest

from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.rewards.commands import revoke
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of
from plusone.rules.engine import work
from plusone.store.commands import (
    add_due_days,
    cancel_membership,
    create_membership_type,
    end_due,
    freeze,
    pay,
    place_order,
    refund,
    renew,
    unfreeze,
)
from plusone.store.models import GiftedDays, Membership, MembershipType, MembershipUse, Order
from plusone.store.queries import waiting_days
from world import NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
TEN_DAYS = {"kind": "membership_days", "days": 10}


def kind_of(gym: Business, **more: Any) -> MembershipType:
    given = {"name": "Mensual", "kind": "recurring", "price": 4500, "period": "month", "now": NOON, **more}
    return create_membership_type(gym, **given)


def buy(client: Client, wanted: MembershipType, now: datetime = NOON) -> Membership:
    order = place_order(client.business, client, [(wanted, 1)], actor="user:1", now=now)
    pay(order, method="cash", actor="user:1", now=now)
    return Membership.objects.get(order=order)


def reward_of(referral: Referral, side: str = "ambassador") -> Reward:
    return Reward.objects.select_related("business", "client").get(source_id=referral.pk, side=side)


def day(gym: Business, at: datetime | None) -> str:
    assert at is not None
    return clock.day_of(gym, at).isoformat()


def test_a_friend_receives_a_single_use_pack_and_a_lead_can_use_it(gym: Business, ana: Client) -> None:
    """R-145: not for sale, given on registering, one visit, used up; a visit taken back gives the use back."""
    once = kind_of(gym, name="Primera clase", kind="pack", price=0, period="", uses=1, valid_days=30, sellable=False)
    launch(gym, friend={"kind": "membership", "membership_type": once.public_id})
    referral = bring(ana, "Ben")
    ben, mine = referral.friend, Membership.objects.get()
    assert (mine.client, mine.state, mine.uses_left, mine.order, mine.is_new) == (ben, "active", 1, None, False)
    assert (day(gym, mine.ends_at), ben.is_lead, Order.objects.count()) == ("2026-04-09", True, 0)
    assert phrase_of(reward_of(referral, "friend")) == "the membership “Primera clase” as a present"
    visit = mark_visit(ben, key="v1", **WHO).visit
    mine.refresh_from_db()
    assert (mine.state, mine.uses_left, MembershipUse.objects.count()) == ("used_up", 0, 1)
    mark_visit(ben, key="v1", **WHO)  # the same visit again
    mark_visit(ben, key="v2", **WHO)  # one more than the pack has
    assert MembershipUse.objects.count() == 1
    unmark_visit(visit, **WHO)
    mine.refresh_from_db()
    assert (mine.state, mine.uses_left, mine.ended_at) == ("active", 1, None)
    names = list(Event.objects.filter(name__startswith="membership.").order_by("id").values_list("name", flat=True))
    assert names == [
        "membership.granted",
        "membership.used",
        "membership.used_up",
        "membership.use_returned",
    ]
    assert Event.objects.get(name="membership.granted").data == {"membership": mine.pk, "source": "reward"}


def test_a_visit_uses_what_costs_least_of_what_runs(gym: Business, ana: Client) -> None:
    """R-144: first a time that is paid for, then the pack that ends first; never one that is over, whether a worker has
    ended it or not."""
    month = buy(ana, kind_of(gym))
    late, soon = (
        buy(ana, kind_of(gym, name=f"Pack {days}", kind="pack", period="", uses=2, valid_days=days))
        for days in (60, 40)
    )
    for days in (0, 35, 45):  # the month ends on day 31
        mark_visit(ana, key=f"v{days}", actor="user:1", now=later(days))
    used = MembershipUse.objects.order_by("pk").values_list("membership", flat=True)
    assert list(used) == [month.pk, soon.pk, late.pk]
    assert set(Membership.objects.values_list("state", flat=True)) == {"active"}


def test_a_use_that_comes_back_leaves_a_cancelled_pack_cancelled(gym: Business, ana: Client) -> None:
    """4.5: used up after it was cancelled, and the visit was none: it goes on to its end, and is not renewed."""
    pack = buy(ana, kind_of(gym, kind="pack", period="", uses=1, valid_days=30))
    cancel_membership(pack, **WHO)
    visit = mark_visit(ana, key="v", **WHO).visit
    unmark_visit(visit, **WHO)
    pack.refresh_from_db()
    assert (pack.state, pack.uses_left) == ("ending", 1)


def test_a_given_membership_is_voided_unused_and_kept_when_used(gym: Business, ana: Client) -> None:
    """4.3: what no visit used, or is all ahead, is taken back; the rest is told as unrecovered. A given month asks for
    no money."""
    month = kind_of(gym)
    launch(
        gym,
        ambassador={"kind": "membership", "membership_type": month.public_id},
        conditions=[{"kind": "orders", "at_least": 1}],
    )
    first, second = bring(ana, "Ben"), bring(ana, "Eva")
    paid = [sell(found.friend, make_product(gym)) for found in (first, second)]
    kept = Membership.objects.get()  # the second made it longer
    mark_visit(ana, key="v", **WHO)
    assert (MembershipUse.objects.get().membership, kept.client, kept.extra_days) == (kept, ana, 30)
    for order in paid:
        refund(order, **WHO)
    states = list(Membership.objects.order_by("id").values_list("state", flat=True))
    told = [row.data for row in Event.objects.filter(name="reward.revoked").order_by("id")]
    assert (states, [row["taken"] for row in told], [row["unrecovered"] for row in told]) == (
        ["active"],
        [0, 1],
        [1, 0],
    )
    end_due(later(31))
    kept.refresh_from_db()
    assert kept.state == "ended"


def test_a_given_type_is_still_new_to_who_buys_it(gym: Business, ana: Client) -> None:
    """R-146: a present does not count as bought, and does not make the purchase an old one."""
    month = kind_of(gym, kind="prepaid")
    launch(
        gym,
        friend={"kind": "membership", "membership_type": month.public_id},
        conditions=[{"kind": "membership_bought"}],
    )
    referral = bring(ana, "Ben")
    assert reward_of(referral).state == "promised"
    assert buy(referral.friend, month).is_new
    assert reward_of(referral).state == "granted"


def test_days_move_the_end_of_what_recurs_and_stay_through_renewal_and_frost(
    gym: Business, ana: Client, carla: Client
) -> None:
    """CONTRACT membership_days: ten calendar days, on the due date, over the change of clocks of 29 March."""
    mine = buy(ana, kind_of(gym))
    assert day(gym, mine.ends_at) == "2026-04-10"
    launch(gym, ambassador=TEN_DAYS, conditions=[{"kind": "orders", "at_least": 1}])
    referral = bring(ana, "Ben")
    sold = sell(referral.friend, make_product(gym))
    mine.refresh_from_db()
    assert (day(gym, mine.ends_at), mine.extra_days, waiting_days(ana)) == ("2026-04-20", 10, 0)
    renew(mine, method="cash", actor="user:1", now=later(20))
    freeze(mine, actor="user:1", now=later(21))
    unfreeze(mine, actor="user:1", now=later(24, hours=-10))
    mine.refresh_from_db()
    assert day(gym, mine.ends_at) == "2026-05-23"
    refund(sold, actor="user:1", now=later(25))
    mine.refresh_from_db()
    assert (day(gym, mine.ends_at), mine.extra_days) == ("2026-05-13", 0)
    assert not revoke(reward_of(referral), reason="refunded", actor="user:1", now=later(25))
    assert Event.objects.get(name="membership.shortened").data["days"] == 10
    assert not GiftedDays.objects.exclude(withdrawn_at=later(25)).exists()


def test_days_that_are_behind_are_not_taken_back(gym: Business, ana: Client) -> None:
    mine = buy(ana, kind_of(gym))
    launch(gym, ambassador=TEN_DAYS, conditions=[{"kind": "orders", "at_least": 1}])
    sold = sell(bring(ana, "Ben").friend, make_product(gym))
    refund(sold, actor="user:1", now=later(35))  # five of the ten days are behind
    mine.refresh_from_db()
    told = Event.objects.get(name="reward.revoked").data
    assert (day(gym, mine.ends_at), told["taken"], told["unrecovered"]) == ("2026-04-20", 0, 1)


def test_days_without_a_membership_wait_and_are_never_lost(gym: Business, ana: Client) -> None:
    """They wait until the next membership begins, again after it was voided, and the sweep finds what slipped by."""
    launch(gym, ambassador=TEN_DAYS)
    referral = bring(ana, "Ben")
    sell(referral.friend, make_product(gym))
    assert (reward_of(referral).state, waiting_days(ana)) == ("granted", 10)
    work(NOON)
    assert "10 días más" in Message.objects.get(template="reward.granted", client=ana).text
    pack = kind_of(gym, name="Bono", kind="pack", price=100, period="", uses=5)
    assert (buy(ana, pack).ends_at, waiting_days(ana)) == (None, 10)  # a pack without an end has nothing to move
    month = kind_of(gym)
    mine = buy(ana, month)
    assert (day(gym, mine.ends_at), waiting_days(ana)) == ("2026-04-20", 0)
    assert mine.order is not None
    refund(mine.order, **WHO)
    assert waiting_days(ana) == 10
    again = buy(ana, month)
    Membership.objects.filter(pk=again.pk).update(extra_days=0)
    GiftedDays.objects.update(membership=None)
    assert (add_due_days(NOON), add_due_days(NOON), waiting_days(ana)) == (1, 0, 0)
    again.refresh_from_db()
    assert day(gym, again.ends_at) == "2026-04-20"


@pytest.mark.parametrize(
    ("reward", "field"),
    [
        ({"kind": "membership"}, "membership_type"),
        ({"kind": "membership", "membership_type": "x" * 22}, "membership_type"),
        ({"kind": "membership_days"}, "days"),
        ({"kind": "membership_days", "days": 0}, "days"),
        ({"kind": "membership_days", "days": True}, "days"),
    ],
)
def test_wrong_terms_name_their_field(gym: Business, reward: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"friend_reward": reward})
    assert refused.value.field == f"friend_reward.{field}"


def test_another_business_type_is_unknown(gym: Business, salon: Business) -> None:
    with pytest.raises(Invalid):
        read_offer(gym, {"friend_reward": {"kind": "membership", "membership_type": kind_of(salon).public_id}})
