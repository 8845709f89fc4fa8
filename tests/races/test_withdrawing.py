"""Two at once: Ana pays an order with her coupon while the coupon is withdrawn (TRUST A4)."""

import naive
import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.store.commands import issue_coupon, pay, place_order, withdraw_coupon
from plusone.store.commands.orders import OrderEnded
from plusone.store.models import Coupon, Order, Payment, Product
from racing import ON_POSTGRES, race
from world import NOON, later

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"actor": "user:1", "now": NOON}


def pay_and_withdraw(gym: Business, ana: Client, bono: Product, run: int) -> tuple[object, object, str, int]:
    """Return what the payment and the withdrawal said, how the order stands and how often it was paid."""
    given = issue_coupon(ana, amount=500, expires_at=later(9), source=("test", run), **WHO)
    order = place_order(gym, ana, [(bono, 1)], coupon=given.code, **WHO)
    paid, unused = race(
        lambda: pay(Order.objects.get(pk=order.pk), method="cash", **WHO),
        lambda: withdraw_coupon(Coupon.objects.get(pk=given.pk), **WHO),
    )
    order.refresh_from_db()
    return paid, unused, order.state, Payment.objects.filter(order=order).count()


def test_an_order_is_paid_with_its_coupon_or_called_off_with_it(gym: Business, ana: Client, bono: Product) -> None:
    """4.3: whichever comes first, the other hears of it; never a paid order whose coupon counts as unused."""
    for run in range(8):
        paid, unused, state, payments = pay_and_withdraw(gym, ana, bono, run)
        if paid is True:
            assert (unused, state, payments) == (False, "paid", 1)
        else:
            assert (type(paid), unused, state, payments) == (OrderEnded, True, "cancelled", 0)


def test_withdrawing_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock the money of an order is taken that is called off, or the other way round."""
    naive.unlocked_order(monkeypatch)
    _paid, _unused, state, payments = pay_and_withdraw(gym, ana, bono, 1)
    assert (state, payments) == ("cancelled", 1) or not ON_POSTGRES
