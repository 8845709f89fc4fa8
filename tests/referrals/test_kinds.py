"""Kinds of reward that are not balance: a coupon, a product, something by hand (Q-25, Q-31, R-036, R-104, R-115)."""

from datetime import timedelta
from typing import Any

import pytest

from plusone.clients.commands import activate, delete_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.rewards.commands import hand_over
from plusone.rewards.models import Handover, Reward, Tally
from plusone.rewards.queries import phrase_of, to_hand_over
from plusone.rules.engine import work
from plusone.store.commands import (
    CouponRefused,
    archive_product,
    cancel,
    create_membership_type,
    edit_product,
    expire_due,
    pay,
    place_order,
    refund,
)
from plusone.store.models import Coupon, Order, Product
from plusone.store.queries import usable_coupons
from world import EUR15, NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
TEN_PERCENT = {"kind": "coupon", "percent": 10, "valid_days": 30}
FIVE = {"kind": "coupon", "amount": 500, "valid_days": 30}
MOMENT = timedelta(microseconds=1)


def gift(referral: Referral, side: str = "friend") -> Reward:
    return Reward.objects.select_related("business", "client").get(source_id=referral.pk, side=side)


def order(client: Client, product: Product, quantity: int = 1, **more: Any) -> Order:
    return place_order(client.business, client, [(product, quantity)], **{**WHO, **more})


def test_a_coupon_comes_off_first_then_balance_then_money(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT: 10 % of 50 off, 20 of balance, 25 in money; the refund splits what was paid, not the discount."""
    launch(gym, friend=TEN_PERCENT)
    ben = bring(ana, "Ben").friend
    [coupon] = usable_coupons(ben, now=NOON)
    assert (coupon.expires_at.isoformat(), gift(Referral.objects.get()).amount) == ("2026-04-08T22:00:00+00:00", None)
    earn(gym, ben.pk, 2000, key="gift", **WHO)
    placed = order(ben, bono, use_balance=True, coupon=f" {coupon.code.upper()} ")
    assert (placed.discount, placed.total, placed.balance_used, placed.due) == (500, 4500, 2000, 2500)
    assert not usable_coupons(ben, now=NOON)
    pay(placed, method="cash", **WHO)
    half = refund(placed, 2250, **WHO)
    assert (half.to_balance, half.to_method) == (1000, 1250)
    rest = refund(placed, **WHO)
    assert (rest.to_balance, rest.to_method, balance_of(gym, ben.pk, now=NOON).available) == (1000, 1250, 2000)
    with pytest.raises(CouponRefused, match=r"usado|used"):  # a refund does not give the code back
        order(ben, bono, coupon=coupon.code)
    paid = Event.objects.get(name="order.paid")
    assert (paid.data["discount"], paid.data["cash"], paid.data["balance"]) == (500, 2500, 2000)


def test_a_coupon_is_reserved_released_and_used(gym: Business, ana: Client, bono: Product) -> None:
    """REQUIREMENTS 4.6: reserved at placing, released by cancelling and by running out, used by paying; once."""
    launch(gym, friend=FIVE)
    ben = bring(ana, "Ben").friend
    [coupon] = usable_coupons(ben, now=NOON)
    first = order(ben, bono, coupon=coupon.code)
    with pytest.raises(CouponRefused):
        order(ben, bono, coupon=coupon.code)
    assert Order.objects.count() == 1
    cancel(first, **WHO)
    second = order(ben, bono, coupon=coupon.code)
    assert expire_due(later(31)) == 1
    with pytest.raises(
        CouponRefused, match="could be used until Apr 8, 2026"
    ) as refused:  # it came back, and was over by then
        order(ben, bono, coupon=coupon.code, now=later(31))
    assert refused.value.code == "coupon_expired"
    second.refresh_from_db()
    assert second.state == "expired"
    with pytest.raises(CouponRefused, match="until Apr 8, 2026"):  # the first moment of the day after its last
        order(ben, bono, coupon=coupon.code, now=coupon.expires_at)
    third = order(ben, bono, coupon=coupon.code, now=coupon.expires_at - MOMENT)
    pay(third, method="cash", actor="user:1", now=later(35))  # what an order holds does not expire
    assert Order.objects.get(pk=third.pk).money_left == 4500


def test_a_coupon_is_its_clients_own_and_takes_no_more_than_the_price(
    gym: Business, ana: Client, carla: Client, bono: Product
) -> None:
    """Somebody else's code is an unknown one; 5 off something for 3 is free, paid at once and activates nobody."""
    launch(gym, friend=FIVE)
    ben = bring(ana, "Ben").friend
    [coupon] = usable_coupons(ben, now=NOON)
    for code in (coupon.code, "nosuchcod"):
        with pytest.raises(Invalid) as refused:
            order(carla, bono, coupon=code)
        assert (refused.value.field, refused.value.code) == ("coupon", "unknown")
    assert not Order.objects.exists()
    free = order(ben, make_product(gym, "Agua", 300), coupon=coupon.code)
    free.refresh_from_db()
    ben.refresh_from_db()
    assert (free.discount, free.total, free.due, free.state, ben.is_lead) == (300, 0, 0, "paid", True)


@pytest.mark.parametrize(("price", "percent", "off"), [(1500, 10, 150), (15, 10, 2), (2, 20, 0), (500, 2.9, 15)])
def test_a_percentage_off_is_rounded_half_up(gym: Business, ana: Client, price: int, percent: float, off: int) -> None:
    """CASES 41, for coupons too."""
    launch(gym, friend={"kind": "coupon", "percent": percent, "valid_days": 9})
    ben = bring(ana, "Ben").friend
    assert usable_coupons(ben, now=NOON)[0].off(price) == off


def test_an_order_that_waits_shields_no_coupon(gym: Business, ana: Client, bono: Product) -> None:
    """4.3: Ana places an order with her coupon and does not pay; Ben is refunded. Nothing was used: the order is called
    off with the price that the coupon made, and the limit has its room back."""
    launch(gym, ambassador=FIVE, conditions=[{"kind": "orders", "at_least": 1}], caps={"rewards_total": 1})
    first = bring(ana, "Ben")
    bought = sell(first.friend, bono)
    waiting = order(ana, bono, coupon=Coupon.objects.get().code)
    refund(bought, **WHO)
    waiting.refresh_from_db()
    reward = gift(first, "ambassador")
    assert (waiting.state, reward.state, reward.unrecovered) == ("cancelled", "revoked", 0)
    second = bring(ana, "Eva")
    sell(second.friend, bono)
    assert gift(second, "ambassador").state == "granted"


@pytest.mark.parametrize("clawback", ["within_balance", "allow_negative"])
def test_a_refund_withdraws_an_unused_coupon_and_notes_a_used_one(
    gym: Business, ana: Client, bono: Product, clawback: str
) -> None:
    """4.3: granted → revoked, up to what is unused; the rest is told as unrecovered, and counts as given: nobody owes
    a thing, whatever the policy."""
    first_payment = [{"kind": "orders", "at_least": 1}]
    launch(gym, ambassador=FIVE, conditions=first_payment, clawback=clawback, caps={"rewards_total": 2})
    first, second = bring(ana, "Ben").friend, bring(ana, "Eva").friend
    bought = [sell(friend, bono) for friend in (first, second)]
    used, unused = Coupon.objects.order_by("pk")
    pay(order(ana, bono, coupon=used.code), method="cash", **WHO)
    for paid in bought:
        refund(paid, **WHO)
        refund_again = Event.objects.filter(name="reward.revoked").count()
    assert refund_again == 2
    told = [row.data for row in Event.objects.filter(name="reward.revoked").order_by("id")]
    assert [(row["taken"], row["unrecovered"]) for row in told] == [(0, 1), (1, 0)]
    assert list(Reward.objects.order_by("pk").values_list("unrecovered", "owed")) == [(1, 0), (0, 0)]
    assert Tally.objects.get(key__endswith=":total").number == 1
    assert not usable_coupons(ana, now=NOON)
    with pytest.raises(CouponRefused) as refused:
        order(ana, bono, coupon=unused.code)
    assert refused.value.code == "coupon_withdrawn"


def test_a_product_waits_until_it_is_handed_over(gym: Business, ana: Client, bono: Product) -> None:
    """Q-25: the thing stands on a list, staff say once that it is done; renaming it does not change the promise."""
    shirt = make_product(gym, "Camiseta", 1500)
    launch(gym, friend=None, ambassador={"kind": "product", "product": shirt.public_id, "expires_days": 10})
    edit_product(shirt, name="Otra cosa", **WHO)
    archive_product(shirt, **WHO)
    referral = bring(ana, "Ben")
    reward = gift(referral, "ambassador")
    with pytest.raises(Refused) as early:
        hand_over(reward, **WHO)
    assert early.value.code == "nothing_to_hand_over"
    sell(referral.friend, bono)
    [waiting] = to_hand_over(gym, client=ana, now=NOON)
    assert phrase_of(waiting) == "“Camiseta” as a present (to collect within 10 days)"
    assert not to_hand_over(gym, now=later(10))  # its end is a moment, not a run of the worker
    with pytest.raises(Refused) as late:
        hand_over(reward, actor="user:1", now=later(10))
    assert late.value.code == "expired"
    assert hand_over(reward, **WHO)
    assert not hand_over(reward, actor="user:2", now=later(1))
    done = Handover.objects.get()
    assert (done.actor, done.at, list(to_hand_over(gym, now=NOON))) == ("user:1", NOON, [])
    work(NOON)
    mail = Message.objects.get(template="reward.granted", client=ana)
    assert "Camiseta" in mail.text
    assert "pídelo en recepción" in mail.text


def test_something_by_hand_is_withdrawn_with_its_reason_and_kept_when_given(
    gym: Business, ana: Client, bono: Product
) -> None:
    """4.3: what still waits is taken back, what was handed over is gone; neither touches the balance."""
    launch(gym, ambassador={"kind": "manual", "text": "Un masaje"}, conditions=[{"kind": "orders", "at_least": 1}])
    kept, lost = bring(ana, "Ben"), bring(ana, "Eva")
    for referral in (kept, lost):
        sell(referral.friend, bono)
    hand_over(gift(kept, "ambassador"), **WHO)
    for paid in Order.objects.all():
        refund(paid, **WHO)
    told = [row.data["unrecovered"] for row in Event.objects.filter(name="reward.revoked").order_by("id")]
    assert (told, list(to_hand_over(gym, now=NOON)), balance_of(gym, ana.pk, now=NOON).earned) == ([1, 0], [], 0)


def test_a_deleted_clients_coupons_are_worth_nothing(gym: Business, ana: Client) -> None:
    launch(gym, friend=FIVE)
    ben = bring(ana, "Ben").friend
    delete_client(ben, **WHO)
    assert Coupon.objects.get().withdrawn_at == NOON


def test_either_side_both_or_none(gym: Business, ana: Client) -> None:
    """Q-31: the friend's gift does not depend on the ambassador's reward."""
    launch(gym, friend={"kind": "manual", "text": "Un café"}, ambassador=None)
    referral = bring(ana, "Ben")
    assert [row.side for row in Reward.objects.filter(source_id=referral.pk)] == ["friend"]
    activate(referral.friend, via="manual", **WHO)
    assert Reward.objects.count() == 1


@pytest.mark.parametrize(
    ("reward", "field"),
    [
        ({"kind": "coupon", "percent": 10}, "valid_days"),
        ({"kind": "coupon", "valid_days": 10}, "amount"),
        ({"kind": "coupon", "percent": 10, "amount": 5, "valid_days": 10}, "percent"),
        ({"kind": "coupon", "percent": 101, "valid_days": 10}, "percent"),
        ({"kind": "product"}, "product"),
        ({"kind": "product", "product": "x" * 22}, "product"),
        ({"kind": "manual", "text": "  "}, "text"),
        ({"kind": "manual", "text": "a\nb"}, "text"),
        ({"kind": "manual", "text": "x", "expires_days": 0}, "expires_days"),
    ],
)
def test_wrong_terms_name_their_field(gym: Business, reward: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"ambassador_reward": reward})
    assert refused.value.field == f"ambassador_reward.{field}"


def test_another_business_product_is_unknown(gym: Business, salon: Business) -> None:
    with pytest.raises(Invalid):
        read_offer(gym, {"friend_reward": {"kind": "product", "product": make_product(salon).public_id}})
    assert read_offer(gym, {"friend_reward": EUR15}).friend_reward == EUR15


def test_a_new_membership_earns_the_reward_and_its_refund_takes_it_back(gym: Business, ana: Client) -> None:
    """R-146: something else does not count, a membership does, and one that is wholly given back no longer."""
    launch(gym, conditions=[{"kind": "membership_bought"}])
    referral = bring(ana, "Ben")
    sell(referral.friend, make_product(gym, "Agua", 300))
    assert gift(referral, "ambassador").state == "promised"
    monthly = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    bought = place_order(gym, referral.friend, [(monthly, 1)], **WHO)
    pay(bought, method="cash", **WHO)
    assert gift(referral, "ambassador").state == "granted"
    refund(bought, **WHO)
    reward = gift(referral, "ambassador")
    assert (reward.state, balance_of(gym, ana.pk, now=NOON).available) == ("revoked", 0)


def test_a_coupon_is_not_used_up_by_an_order_that_costs_nothing(gym: Business, ana: Client, bono: Product) -> None:
    """4.3: it takes nothing off, so it stays for an order from which it does."""
    launch(gym, friend=FIVE)
    ben = bring(ana, "Ben").friend
    [coupon] = usable_coupons(ben, now=NOON)
    with pytest.raises(CouponRefused) as refused:
        order(ben, make_product(gym, "Free class", 0), coupon=coupon.code)
    assert (refused.value.code, Order.objects.count()) == ("coupon_worth_nothing", 0)
    assert order(ben, bono, coupon=coupon.code).discount == 500


def test_nobody_comes_for_the_present_of_who_was_deleted(gym: Business, ana: Client) -> None:
    """R-099: it waits at no desk any more."""
    launch(gym, ambassador={"kind": "manual", "text": "Massage"})
    activate(bring(ana, "Ben").friend, **WHO)
    assert [reward.client for reward in to_hand_over(gym, now=NOON)] == [ana]
    delete_client(ana, archive_first=True, **WHO)
    assert not to_hand_over(gym, now=NOON).exists()
