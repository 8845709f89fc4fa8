"""Acceptance cases of the loop that had no test of their number: qualification, refunds, decisions, a moved friend."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, edit_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import ids
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.models import Transfer
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.commands import close_overdue, deactivate_campaign, end_holds, record_visit, revive, settle
from plusone.referrals.commands.registering import AlreadyReferred
from plusone.referrals.models import Referral
from plusone.referrals.reasons import tell_reward
from plusone.rewards.commands import approve, decline
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import (
    cancel,
    cancel_membership,
    create_membership_type,
    end_due,
    expire_due,
    pay,
    place_order,
    refund,
)
from plusone.store.commands.refunds import NothingToRefund
from plusone.store.models import Membership, Product
from world import EUR10, NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def reward_of(referral: Referral, side: str = "ambassador") -> Reward:
    return Reward.objects.select_related("business", "client").get(source_id=referral.pk, side=side)


def available(client: Client, now: Any = NOON) -> int:
    return balance_of(client.business, client.pk, now=now).available


def test_registering_alone_owes_nothing(gym: Business, ana: Client) -> None:
    """CASES 32: the trigger is becoming active; a lead, and one for ever, costs nothing."""
    launch(gym)
    referral = bring(ana, "Ben")
    close_overdue(later(400))
    assert (reward_of(referral).state, available(ana)) == ("promised", 0)
    activate(referral.friend, **WHO)
    assert (reward_of(referral).state, available(ana)) == ("granted", 1500)


def test_a_purchase_is_no_visit(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 35: a product leaves it pending; the later visit pays."""
    launch(gym, conditions=[{"kind": "sessions_attended", "at_least": 1}])
    referral = bring(ana, "Ben")
    sell(referral.friend, bono)
    assert (reward_of(referral).state, available(ana)) == ("promised", 0)
    mark_visit(referral.friend, key="v", actor="user:1", now=later(3))
    assert (reward_of(referral).state, available(ana, later(3))) == ("granted", 1500)


def test_later_purchases_earn_nothing_more(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 40: the first purchase earns, two more do not; of a percentage neither."""
    launch(gym, ambassador={"kind": "balance", "percent": 10}, conditions=[{"kind": "orders", "at_least": 1}])
    referral = bring(ana, "Ben")
    for _number in range(3):
        sell(referral.friend, bono)
    assert (available(ana), Reward.objects.filter(client=ana).count()) == (500, 1)
    assert Event.objects.filter(name="reward.granted").count() == 1


def test_a_full_refund_inside_the_hold_leaves_nothing_behind(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 54: day 10 of 14: void as refunded, and nothing spendable ever appeared."""
    launch(gym, hold_days=14, conditions=[{"kind": "orders", "at_least": 1}])
    referral = bring(ana, "Ben")
    order = sell(referral.friend, bono)
    assert (reward_of(referral).state, available(ana)) == ("on_hold", 0)
    refund(order, actor="user:1", now=later(10))
    assert (reward_of(referral).state, reward_of(referral).reason) == ("revoked", "refunded")
    assert available(ana, later(30)) == 0
    assert not Event.objects.filter(name__startswith="balance.").exists()


def test_refund_and_cancellation_make_one_reversal(gym: Business, ana: Client) -> None:
    """CASES 58: the membership is cancelled and its order refunded, in either order and twice: one row."""
    launch(gym, conditions=[{"kind": "membership_bought"}])
    monthly = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    for number, name in enumerate(("Ben", "Eva"), 1):
        referral = bring(ana, name)
        order = place_order(gym, referral.friend, [(monthly, 1)], **WHO)
        pay(order, method="cash", **WHO)
        mine = Membership.objects.get(order=order)
        if name == "Ben":
            cancel_membership(mine, **WHO)
        refund(order, **WHO)
        with pytest.raises(NothingToRefund):
            refund(order, **WHO)
        if name == "Eva":
            with pytest.raises(Refused):
                cancel_membership(mine, **WHO)
        assert reward_of(referral).state == "revoked"
        assert Event.objects.filter(name="reward.revoked").count() == number
        assert available(ana) == 0


def test_a_declined_reward_can_be_given_after_all_and_the_trail_shows_both(gym: Business, ana: Client) -> None:
    """CASES 61, 62: what was paid is not edited, neither declined nor paid twice; only a new row makes it good."""
    launch(gym, approval="manual")
    referral = bring(ana, "Ben")
    activate(referral.friend, **WHO)
    decline(reward_of(referral), note="unsure", **WHO)
    assert approve(reward_of(referral), note="it was right", actor="user:2", now=later(1))
    assert available(ana, later(1)) == 1500
    for again in range(2):
        with pytest.raises(Refused) as refused:
            decline(reward_of(referral), note=str(again), actor="user:2", now=later(2))
        assert refused.value.code == "settled"
    assert not approve(reward_of(referral), actor="user:2", now=later(2))
    reward = reward_of(referral)
    assert (reward.state, reward.note, reward.decided_by, available(ana, later(2))) == (
        "granted",
        "it was right",
        "user:2",
        1500,
    )
    trail = Event.objects.filter(name__in=("reward.declined", "reward.granted")).order_by("id")
    assert [(event.name, event.actor) for event in trail] == [
        ("reward.declined", "user:1"),
        ("reward.granted", "user:2"),
    ]


def test_a_friend_with_another_address_still_counts_for_who_sent_them(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CASES 20: the address changes after signing up; a later purchase still credits the ambassador."""
    launch(gym)
    referral = bring(ana, "Ben")
    edit_client(referral.friend, email="benjamin@elsewhere.example", **WHO)
    sell(Client.objects.select_related("business").get(pk=referral.friend_id), bono)
    assert (reward_of(referral).state, available(ana)) == ("granted", 1500)


def test_who_is_told_that_the_time_was_over_and_the_owner_opens_it_again(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CASES 39: both sides are told, a lead on the page alone; opened again with a note, it earns as at the start."""
    edit_client(ana, language="en", **WHO)
    launch(
        gym,
        friend=EUR10,
        friend_reward_on="qualified",
        conditions=[{"kind": "spend", "at_least": 8000}],
        qualification_days=30,
    )
    lead, active = bring(ana, "Ben"), bring(ana, "Eva")
    edit_client(active.friend, language="en", **WHO)
    sell(active.friend, bono)
    assert close_overdue(later(31)) == 2
    work(later(31))
    told = Message.objects.filter(template="referral.not_converted", channel="email").order_by("id")
    assert [message.to for message in told] == [ana.email, ana.email]
    assert "needed had happened in time" in told[0].text
    gift = Message.objects.get(template="reward.gift_lapsed", channel="email")
    assert gift.to == "eva@friends.example"
    assert "You do not receive €10.00 of balance: the last day for it was Apr 9, 2026." in gift.text
    active.refresh_from_db()
    with pytest.raises(Refused):
        revive(active, note=" ", actor="user:1", now=later(32))
    active.refresh_from_db()
    assert active.reason == "not_converted"
    assert revive(active, note="was ill", actor="user:1", now=later(32))
    active.refresh_from_db()
    assert (active.state, active.reason, active.note) == ("activated", "", "was ill")
    assert not revive(active, note="was ill", actor="user:1", now=later(32))
    assert (reward_of(active).state, close_overdue(later(61))) == ("promised", 0)
    sell(active.friend, bono, now=later(62))
    active.refresh_from_db()
    assert (reward_of(active).state, reward_of(active, "friend").state) == ("granted", "granted")
    assert (active.reason, available(ana, later(62))) == ("completed", 1500)
    assert revive(lead, note="asked for more time", actor="user:1", now=later(32))
    assert close_overdue(later(63)) == 1
    lead.refresh_from_db()
    assert (lead.reason, reward_of(lead).state) == ("not_converted", "lapsed")
    assert Event.objects.filter(name="referral.revived").count() == 2


def test_only_what_ran_out_of_time_is_opened_again(gym: Business, ana: Client) -> None:
    launch(gym)
    referral = bring(ana, "Ben")
    activate(referral.friend, **WHO)
    referral.refresh_from_db()
    with pytest.raises(Refused) as refused:
        revive(referral, note="why not", **WHO)
    assert refused.value.code == "not_overdue"


def test_every_friend_earns_and_none_twice_for_a_side(gym: Business, ana: Client, bono: Product) -> None:
    """R-003, CASES 83: five friends bring five rewards; each side of each is told of once, and the database knows no
    second one."""
    launch(gym, friend=EUR10)
    for number in range(5):
        friend = bring(ana, f"Friend{number}").friend
        sell(friend, bono)
        sell(friend, bono)
    assert available(ana) == 5 * 1500
    told = Event.objects.filter(name="reward.granted").values_list("data__side", flat=True)
    assert sorted(told) == ["ambassador"] * 5 + ["friend"] * 5
    one = Reward.objects.filter(side="ambassador").first()
    assert one is not None
    one.pk, one.public_id = None, ids.public_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


def test_with_approval_each_side_is_told_of_twice(gym: Business, ana: Client) -> None:
    """CASES 83: one event when it waits, one when it is approved; a double click tells nothing more."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", approval="manual")
    referral = bring(ana, "Ben")
    activate(referral.friend, **WHO)

    def told(name: str) -> list[str]:
        return sorted(Event.objects.filter(name=name).values_list("data__side", flat=True))

    assert (told("reward.review_requested"), told("reward.granted")) == (["ambassador", "friend"], [])
    for _click in range(2):
        approve(reward_of(referral, "friend"), **WHO)
    assert told("reward.granted") == ["friend"]
    approve(reward_of(referral), **WHO)
    assert (len(told("reward.review_requested")), told("reward.granted")) == (2, ["ambassador", "friend"])


def test_credit_of_who_renews_nothing_waits_for_the_next_order(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 68, Q-30: a prepaid month ends and takes nothing; the credit is all there at the next checkout."""
    month = create_membership_type(gym, name="Mes", kind="prepaid", price=4500, valid_days=30, now=NOON)
    assert gym.auto_apply_to_renewal
    order = place_order(gym, ana, [(month, 1)], **WHO)
    pay(order, method="cash", **WHO)
    earn(gym, ana.pk, 3000, key="thanks", ref=("reward", 1), **WHO)
    assert end_due(later(31)) == 1
    assert available(ana, later(31)) == 3000
    bought = place_order(gym, ana, [(bono, 1)], use_balance=True, actor="user:1", now=later(32))
    assert (bought.balance_used, bought.due) == (3000, 2000)


def test_a_thousand_codes(db: None) -> None:
    """CASES 1: nine letters and digits that nobody mixes up, all different."""
    codes = [ids.referral_code() for _number in range(1000)]
    assert all(re.fullmatch(r"[23456789bcdfghjkmnpqrstvwxyz]{9}", code) for code in codes)
    assert len(set(codes)) == 1000


def test_a_link_that_is_opened_after_signing_up_changes_nothing(
    gym: Business, ana: Client, carla: Client, bono: Product
) -> None:
    """CASES 11: Ben registered with Ana's link, and opens Carla's a day before he buys: Ana is thanked."""
    campaign = launch(gym)
    ben = bring(ana, "Ben")
    record_visit(gym.pk, carla.pk, campaign.pk)
    with pytest.raises(AlreadyReferred):
        bring(carla, "Ben", now=later(1))
    sell(ben.friend, bono, now=later(2))
    assert Referral.objects.get().ambassador_id == ana.pk
    assert (available(ana, later(2)), available(carla, later(2))) == (1500, 0)


def test_a_balance_is_spent_after_its_campaign_has_ended(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 4: 20 euros of balance buy what they bought before."""
    campaign = launch(gym)
    earn(gym, ana.pk, 2000, key="thanks", ref=("reward", 1), **WHO)
    deactivate_campaign(campaign, **WHO)
    paid = sell(ana, bono, use_balance=True)
    assert (paid.state, paid.balance_used, paid.due, available(ana)) == ("paid", 2000, 3000, 0)


def test_the_friends_part_is_there_at_once_while_the_ambassadors_is_verified(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CASES 53: 14 days from 1 May at 10:00 are over on 15 May at midnight in Madrid, not a second before."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", hold_days=14)
    may = datetime.fromisoformat("2026-05-01T10:00:00+02:00")
    referral = bring(ana, "Ben", now=may)
    sell(referral.friend, bono, now=may)
    mine = reward_of(referral)
    assert (mine.state, mine.available_at) == ("on_hold", datetime.fromisoformat("2026-05-15T00:00:00+02:00"))
    assert tell_reward(mine, to="client").sentence.endswith("you can use it from May 15, 2026 on.")
    assert (reward_of(referral, "friend").state, available(referral.friend, may)) == ("granted", 1000)
    assert (end_holds(mine.available_at - timedelta(seconds=1)), available(ana, mine.available_at)) == (0, 0)
    assert (end_holds(mine.available_at), available(ana, mine.available_at)) == (1, 1500)


def test_a_refund_after_the_hold_takes_an_unspent_reward_back_once(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 55: day 20 of a hold of 14: one movement of −10 euros, however often the refund is told."""
    launch(gym, ambassador=EUR10, hold_days=14, conditions=[{"kind": "orders", "at_least": 1}])
    order = sell(bring(ana, "Ben").friend, bono)
    end_holds(later(14))
    assert available(ana, later(14)) == 1000
    refund(order, actor="user:1", now=later(20))
    with pytest.raises(NothingToRefund):
        refund(order, actor="user:1", now=later(20))
    settle(Referral.objects.get(), lost="refunded", actor="user:1", now=later(21))
    taken = Transfer.objects.filter(client_id=ana.pk, kind="revoke")
    assert list(taken.values_list("amount", flat=True)) == [-1000]
    assert available(ana, later(21)) == 0


def test_an_order_that_was_left_lying_gives_its_balance_back(gym: Business, ana: Client, bono: Product) -> None:
    """CASES 64: nobody pays for 30 days; then all of it is there again, and two orders of one day both use some."""
    earn(gym, ana.pk, 2000, key="thanks", ref=("reward", 1), **WHO)
    left = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    assert (left.balance_used, available(ana)) == (2000, 0)
    expire_due(later(30))
    assert available(ana, later(30)) == 2000
    day = {"actor": "user:1", "now": later(31)}
    orders = [place_order(gym, ana, [(bono, 1)], use_balance=part, **day) for part in (1200, True)]
    assert ([order.balance_used for order in orders], available(ana, later(31))) == ([1200, 800], 0)


def test_balance_that_an_order_uses_is_used_once_and_comes_back_once(gym: Business, ana: Client) -> None:
    """CASES 65: 2 of 5 euros; paid twice it is used once, called off twice it comes back once."""
    earn(gym, ana.pk, 200, key="thanks", ref=("reward", 1), **WHO)
    tea = make_product(gym, "Tea", 500)
    order = place_order(gym, ana, [(tea, 1)], use_balance=True, **WHO)
    assert (order.balance_used, order.due) == (200, 300)
    for _click in range(2):
        cancel(order, **WHO)
        assert available(ana) == 200
    again = place_order(gym, ana, [(tea, 1)], use_balance=True, **WHO)
    for _click in range(2):
        pay(again, method="cash", **WHO)
    assert list(Transfer.objects.filter(kind="redeem").values_list("amount", flat=True)) == [-200]
    assert available(ana) == 0
