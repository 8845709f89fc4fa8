"""Two at once: balance, orders, refunds, activation and referrals stay exact on both engines (TRUST A4, MON).

Each race is run again as a control, with its guard taken out (naive.py): on PostgreSQL that must go wrong.
"""

from collections import Counter

import naive
import pytest
from django.db import IntegrityError, transaction

from plusone.clients.commands import lifecycle
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import once
from plusone.kernel.commands import user_for
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.commands import InsufficientBalance, adjust, earn, redeem
from plusone.ledger.models import AccountBalance, Transfer
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import register_friend
from plusone.referrals.commands.registering import Registration
from plusone.referrals.models import Referral
from plusone.rewards.commands import approve, decide_bonus, give_bonus
from plusone.rewards.models import Bonus, Reward
from plusone.store.commands import close_dispute, dispute, pay, place_order, refund
from plusone.store.commands.refunds import NothingToRefund
from plusone.store.models import Coupon, Order, Payment, Product, Refund
from racing import ON_POSTGRES, race
from world import EUR10, NOON, bring, launch, sell

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"actor": "user:1", "now": NOON}


def kinds(outcomes: list[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def give(gym: Business, ana: Client, amount: int) -> None:
    earn(gym, ana.pk, amount, key=f"gift:{amount}:{Transfer.objects.count()}", **WHO)


def redemptions(gym: Business, ana: Client, parts: int, amount: int, run: int) -> list[object]:
    return race(
        *(
            lambda part=part: redeem(gym, ana.pk, amount, key=f"{run}:{part}", **WHO)  # type: ignore[misc]
            for part in range(parts)
        )
    )


def test_the_whole_balance_is_redeemed_once(gym: Business, ana: Client) -> None:
    """MON-2: one of two takes it all, the other hears how much there is."""
    for run in range(8):
        give(gym, ana, 1000)
        outcomes = redemptions(gym, ana, 2, 1000, run)
        assert kinds(outcomes) == {"Transfer": 1, "InsufficientBalance": 1}
        [refused] = [outcome for outcome in outcomes if isinstance(outcome, InsufficientBalance)]
        assert refused.extra == {"available": 0}
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (0, [])


def test_tenths_of_the_balance_are_redeemed_ten_times(gym: Business, ana: Client) -> None:
    """MON-3: of sixteen who want a tenth, ten get it."""
    give(gym, ana, 1000)
    assert kinds(redemptions(gym, ana, 16, 100, 0)) == {"Transfer": 10, "InsufficientBalance": 6}
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (0, [])


def test_redemption_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-4, the control: read, check, save lets both through on PostgreSQL."""
    give(gym, ana, 1000)
    with naive.without(*naive.FUNDS):
        naive.spend(monkeypatch)
        assert kinds(redemptions(gym, ana, 2, 1000, 0))["Transfer"] == (2 if ON_POSTGRES else 1)
        assert sum(Transfer.objects.values_list("amount", flat=True)) == (-1000 if ON_POSTGRES else 0)


def test_orders_at_once_share_what_balance_there_is(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT: `true` takes what there is and never refuses."""
    give(gym, ana, 6000)
    orders = race(*[lambda: place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)] * 3)
    assert kinds(orders) == {"Order": 3}
    assert sorted(Order.objects.values_list("balance_used", flat=True)) == [0, 1000, 5000]
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (0, [])


def test_orders_at_once_cannot_hold_the_same_balance(gym: Business, ana: Client, bono: Product) -> None:
    give(gym, ana, 4000)
    orders = race(*[lambda: place_order(gym, ana, [(bono, 1)], use_balance=4000, **WHO)] * 2)
    assert kinds(orders) == {"Order": 1, "InsufficientBalance": 1}
    assert (Order.objects.count(), balance_of(gym, ana.pk, now=NOON).held) == (1, 4000)


def test_holding_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock, and with the check apart from the write, two orders hold the same balance on PostgreSQL."""
    give(gym, ana, 4000)
    with naive.without(*naive.FUNDS):
        naive.hold(monkeypatch)
        orders = race(*[lambda: place_order(gym, ana, [(bono, 1)], use_balance=4000, **WHO)] * 2)
        assert kinds(orders)["Order"] == (2 if ON_POSTGRES else 1)
        funds = AccountBalance.objects.get()
        assert (funds.posted, funds.held) == (4000, 8000 if ON_POSTGRES else 4000)


def register_twice(gym: Business, ana: Client, carla: Client) -> list[object]:
    return race(
        *(
            lambda ambassador=ambassador: register_friend(  # type: ignore[misc]
                gym, ambassador, first_name="Ben", email="ben@mail.example", actor="public", now=NOON
            )
            for ambassador in (ana, carla)
        )
    )


def test_one_friend_by_two_links_has_one_ambassador(gym: Business, ana: Client, carla: Client) -> None:
    """CASES 12: exactly one referral; the loser hears "already referred"."""
    launch(gym, friend=EUR10)
    outcomes = register_twice(gym, ana, carla)
    assert kinds(outcomes) == {"Registration": 1, "AlreadyReferred": 1}, outcomes
    assert (Referral.objects.count(), Client.objects.filter(status="lead").count()) == (1, 1)
    assert Event.objects.filter(name="reward.granted").count() == 1


def test_the_same_link_twice_gives_the_same_referral(gym: Business, ana: Client) -> None:
    """CASES 13."""
    launch(gym)
    outcomes = register_twice(gym, ana, ana)
    assert kinds(outcomes) == {"Registration": 2}, outcomes
    found = [outcome for outcome in outcomes if isinstance(outcome, Registration)]
    assert found[0].referral.pk == found[1].referral.pk
    assert sorted(one.is_new for one in found) == [False, True]


def test_two_links_control(gym: Business, ana: Client, carla: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the unique address both look, find nobody, and write: two leads on PostgreSQL."""
    launch(gym)
    with naive.without((Client, "clients_email_once")):
        naive.slow_registration(monkeypatch)
        register_twice(gym, ana, carla)
        assert Referral.objects.count() == (2 if ON_POSTGRES else 1)


def activate_and_pay(ben: Client, order: Order) -> list[object]:
    return race(
        lambda: lifecycle.activate(Client.objects.get(pk=ben.pk), **WHO),
        lambda: pay(Order.objects.get(pk=order.pk), method="cash", **WHO),
    )


def test_activation_by_hand_and_by_purchase_happens_once(gym: Business, ana: Client, bono: Product) -> None:
    """MON-18: one activation, one reward a side."""
    launch(gym, friend=EUR10, friend_reward_on="qualified")
    for name in ("Ben", "Eva", "Gil"):
        ben = bring(ana, name).friend
        order = place_order(gym, ben, [(bono, 1)], **WHO)
        outcomes = activate_and_pay(ben, order)
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
        order.refresh_from_db()
        assert order.state == "paid"
        assert Event.objects.filter(name="client.activated", client_id=ben.pk).count() == 1
        assert balance_of(gym, ben.pk, now=NOON).available == 1000
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (4500, [])
    assert set(Referral.objects.values_list("state", "reason")) == {("closed", "completed")}


def test_activation_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    launch(gym)
    ben = bring(ana, "Ben").friend
    order = place_order(gym, ben, [(bono, 1)], **WHO)
    naive.activation(monkeypatch)
    activate_and_pay(ben, order)
    assert Event.objects.filter(name="client.activated").count() == (2 if ON_POSTGRES else 1)


def refund_twice(order: Order) -> list[object]:
    return race(*[lambda: refund(Order.objects.get(pk=order.pk), **WHO)] * 2)


def test_a_refund_happens_once(gym: Business, ana: Client, bono: Product) -> None:
    """MON-5: the second hears that nothing is left."""
    give(gym, ana, 2000)
    order = sell(ana, bono, use_balance=True)
    assert kinds(refund_twice(order)) == {"Refund": 1, "NothingToRefund": 1}
    done = Refund.objects.get()
    assert (done.amount, done.to_balance, done.to_method) == (5000, 2000, 3000)
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (2000, [])


def test_partial_refunds_at_once_add_up_to_what_was_paid(gym: Business, ana: Client, bono: Product) -> None:
    give(gym, ana, 2000)
    order = sell(ana, bono, use_balance=True)
    outcomes = race(*[lambda: refund(Order.objects.get(pk=order.pk), 1500, **WHO)] * 4)
    assert kinds(outcomes) == {"Refund": 3, "NothingToRefund": 1}
    assert isinstance(next(one for one in outcomes if not isinstance(one, Refund)), NothingToRefund)
    refund(Order.objects.get(pk=order.pk), **WHO)
    order.refresh_from_db()
    assert (order.refunded_to_balance, order.refunded_to_method, order.state) == (2000, 3000, "refunded")
    assert faults(gym) == []


def test_refund_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    order = sell(ana, bono)
    naive.unlocked_order(monkeypatch)
    refund_twice(order)
    assert Refund.objects.count() == (2 if ON_POSTGRES else 1)


def test_a_form_that_is_sent_twice_refunds_once(gym: Business, ana: Client, bono: Product) -> None:
    """IDEM-12: two partial refunds are allowed, the same page token acts once."""
    order = sell(ana, bono)

    @transaction.atomic
    def submit() -> Refund | None:
        if not once.claim("refund", "token"):
            return None
        return refund(Order.objects.get(pk=order.pk), 1000, **WHO)

    assert kinds(race(submit, submit)) == {"Refund": 1, "NoneType": 1}
    assert Refund.objects.count() == 1


def approve_twice(reward: Reward) -> list[object]:
    return race(*[lambda: approve(Reward.objects.get(pk=reward.pk), **WHO)] * 2)


def waiting_reward(gym: Business, ana: Client) -> Reward:
    launch(gym, approval="manual")
    lifecycle.activate(bring(ana, "Ben").friend, **WHO)
    return Reward.objects.get(state="awaiting_approval")


def test_a_reward_is_approved_once(gym: Business, ana: Client) -> None:
    """CASES 60: a double click approves once."""
    reward = waiting_reward(gym, ana)
    assert Counter(map(str, approve_twice(reward))) == {"True": 1, "False": 1}
    assert Event.objects.filter(name="reward.granted").count() == 1
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1500, [])


def test_approval_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reward = waiting_reward(gym, ana)
    naive.reward_moves(monkeypatch)
    approve_twice(reward)
    assert Event.objects.filter(name="reward.granted").count() == (2 if ON_POSTGRES else 1)
    assert balance_of(gym, ana.pk, now=NOON).available == 1500  # the ledger's key is a second wall


def pay_twice(order: Order) -> list[object]:
    return race(*[lambda: pay(Order.objects.get(pk=order.pk), method="cash", **WHO)] * 2)


def test_an_order_is_paid_once(gym: Business, ana: Client, bono: Product) -> None:
    order = place_order(gym, ana, [(bono, 1)], **WHO)
    assert Counter(map(str, pay_twice(order))) == {"True": 1, "False": 1}
    assert (Payment.objects.count(), Event.objects.filter(name="order.paid").count()) == (1, 1)


def test_a_payment_that_is_told_ten_times_counts_once(gym: Business, ana: Client, bono: Product) -> None:
    """IDEM-8, as far as calls go: ten in a row and ten at once, with the reward of the friend's first payment."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    key = place_order(gym, ben, [(bono, 1)], **WHO).pk

    def told() -> bool:
        return pay(Order.objects.get(pk=key), method="terminal", reference="psp-77", **WHO)

    outcomes = race(*[told] * 10, seconds=60)
    outcomes += [told() for _again in range(10)]
    assert Counter(map(str, outcomes)) == {"True": 1, "False": 19}
    assert (Payment.objects.count(), Reward.objects.filter(state="granted").count()) == (1, 1)
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1500, [])


def test_payment_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock the second payment runs into the unique key: an error where there should be an answer."""
    order = place_order(gym, ana, [(bono, 1)], **WHO)
    naive.unlocked_order(monkeypatch)
    failed = [outcome for outcome in pay_twice(order) if isinstance(outcome, IntegrityError)]
    assert len(failed) == (1 if ON_POSTGRES else 0)


def lose_twice(order: Order) -> list[object]:
    dispute(order, **WHO)
    return race(*[lambda: close_dispute(Order.objects.get(pk=order.pk), "lost", **WHO)] * 2)


def test_a_dispute_is_lost_once(gym: Business, ana: Client, bono: Product) -> None:
    """R-254: of two who say that it is lost one takes the money back."""
    assert Counter(map(str, lose_twice(sell(ana, bono)))) == {"True": 1, "False": 1}
    assert Refund.objects.count() == 1


def test_dispute_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock the order is refunded twice on PostgreSQL."""
    order = sell(ana, bono)
    naive.unlocked_order(monkeypatch)
    lose_twice(order)
    assert Refund.objects.count() == (2 if ON_POSTGRES else 1)


def bonus_decided_twice(gym: Business, ana: Client) -> list[object]:
    """Mara has asked for a bonus above her limit; two others confirm it at once."""
    Business.objects.filter(pk=gym.pk).update(bonus_limit=0)
    for name in ("mara", "nina", "otto"):
        Collaborator.objects.create(business=gym, user=user_for(f"{name}@vela.example"), role="manager")
    mara, nina, otto = (f"user:{user_for(f'{name}@vela.example').pk}" for name in ("mara", "nina", "otto"))
    give_bonus(ana, 5000, reason="Loyal", key="k", actor=mara, now=NOON)

    def confirm(actor: str) -> bool:
        waits = Bonus.objects.select_related("business", "client__business").get()
        return decide_bonus(waits, approve=True, actor=actor, now=NOON)

    return race(lambda: confirm(nina), lambda: confirm(otto))


def test_a_bonus_is_confirmed_once(gym: Business, ana: Client) -> None:
    """AUTH-15: of two who confirm one gives."""
    assert Counter(map(str, bonus_decided_twice(gym, ana))) == {"True": 1, "False": 1}
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (5000, [])
    assert Event.objects.filter(name="bonus.given").count() == 1


def test_bonus_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking first and writing afterwards tells of it twice on PostgreSQL; the ledger's key is a second wall."""
    naive.bonus(monkeypatch)
    bonus_decided_twice(gym, ana)
    assert Event.objects.filter(name="bonus.given").count() == (2 if ON_POSTGRES else 1)


def adjust_twice(gym: Business, ana: Client) -> list[object]:
    return race(*[lambda: adjust(gym, ana.pk, 500, key="present", reason="Birthday", **WHO)] * 2)


def test_the_same_key_adjusts_once(gym: Business, ana: Client) -> None:
    """IDEM: the second is given the first's transfer."""
    outcomes = adjust_twice(gym, ana)
    assert kinds(outcomes) == {"Transfer": 2}
    assert Transfer.objects.count() == 1
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (500, [])


def test_key_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    give(gym, ana, 100)
    naive.unlocked_key(monkeypatch)
    failed = [outcome for outcome in adjust_twice(gym, ana) if isinstance(outcome, IntegrityError)]
    assert len(failed) == (1 if ON_POSTGRES else 0)


def coupon_of(gym: Business, ana: Client) -> str:
    launch(gym, friend={"kind": "coupon", "amount": 500, "valid_days": 30}, ambassador=None)
    bring(ana, "Ben")
    return Coupon.objects.get().code


def use_at_once(gym: Business, bono: Product, code: str, times: int = 2) -> list[object]:
    ben = Client.objects.select_related("business").get(business=gym, first_name="Ben")
    return race(*(lambda: place_order(gym, ben, [(bono, 1)], coupon=code, **WHO) for _one in range(times)))


def test_a_coupon_is_used_in_one_order(gym: Business, ana: Client, bono: Product) -> None:
    """REQUIREMENTS 4.6: of four orders at once one has the coupon, the others hear that it is used."""
    outcomes = use_at_once(gym, bono, coupon_of(gym, ana), 4)
    assert kinds(outcomes) == {"Order": 1, "CouponRefused": 3}
    assert [order.discount for order in Order.objects.all()] == [500]


def test_the_database_keeps_a_coupon_to_one_order(
    gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lock is forgotten the constraint still refuses the second order."""
    code = coupon_of(gym, ana)
    naive.coupon(monkeypatch)
    assert kinds(use_at_once(gym, bono, code))["Order"] == 1


def test_coupon_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with neither lock nor constraint several orders have the coupon on PostgreSQL."""
    code = coupon_of(gym, ana)
    with naive.without((Order, "store_coupon_used_once")):
        naive.coupon(monkeypatch)
        assert (kinds(use_at_once(gym, bono, code))["Order"] > 1) is ON_POSTGRES
