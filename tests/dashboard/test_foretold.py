"""What the page of a refund foretells of rewards is what happens (R-030, R-285)."""

from typing import Any

import pytest
from django.test import Client as Browser

import world
from dashboard.pages import text_of
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import end_holds
from plusone.store.commands import pay, place_order
from plusone.store.models import Coupon, Order, Product

pytestmark = pytest.mark.django_db


def seen(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return text_of(answer).replace("\xa0", " ")


def test_a_refund_says_that_a_set_is_broken(olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
    """R-285: the reward for two friends stands with the second, and goes with the money of the first."""
    world.launch(gym, every=2)
    orders = [world.sell(world.bring(ana, name).friend, bono) for name in ("Ben", "Eva")]
    at = f"/b/{gym.slug}/orders/{orders[0].public_id}/refund/"
    assert "Ana López loses €15.00 of reward." in seen(olga.get(at))
    olga.post(at, {"amount": "", "once": "r"})
    assert balance_of(gym, ana.pk, now=world.NOON).available == 0


def test_a_refund_says_what_goes_that_is_no_money(olga: Browser, gym: Business, ana: Client, bono: Product) -> None:
    """A coupon that is unused is taken back, one that paid an order is not, and one on hold never comes."""
    coupon = {"kind": "coupon", "amount": 500, "valid_days": 30}
    world.launch(gym, ambassador=coupon, hold_days=14)
    order = world.sell(world.bring(ana, "Ben").friend, bono)
    at = f"/b/{gym.slug}/orders/{order.public_id}/refund/"
    named = "a coupon of €5.00 for one order (valid for 30 days)"
    assert f"Ana López will not receive {named}, which was under way." in seen(olga.get(at))
    end_holds(world.later(14))
    assert f"Ana López loses {named}." in seen(olga.get(at))
    place_order(gym, ana, [(bono, 1)], coupon=Coupon.objects.get().code, actor="user:1", now=world.later(15))
    pay(Order.objects.latest("pk"), method="cash", actor="user:1", now=world.later(15))
    assert f"Ana López has used {named} already, so it cannot be taken back." in seen(olga.get(at))


def test_a_refund_is_never_another_sum_than_the_one_in_the_field(
    olga: Browser, gym: Business, ana: Client, bono: Product
) -> None:
    """R-030: who types a sum and presses the button of the one from before refunds nothing, and reads on."""
    order = world.sell(ana, bono)
    at = f"/b/{gym.slug}/orders/{order.public_id}/refund/"
    said = seen(olga.get(at))
    assert "Refund €50.00" in said
    sent = {"amount": "20", "shown": "50.00", "reason": "half", "once": "1"}
    answer = olga.post(at, sent)
    assert 'value="half"' in answer.content.decode(), "the reason stays"
    said = seen(answer)
    assert "You changed the amount. This is what will happen now" in said
    assert "You give Ana López €20.00 back in money." in said
    assert "Refund €20.00" in said
    order.refresh_from_db()
    assert (order.state, order.refunded_to_method) == ("paid", 0)
    said = seen(olga.post(at, {**sent, "amount": "10", "shown": "10.00", "work": "1"}))
    assert "Refund €10.00" in said
    assert "You changed the amount" not in said
    order.refresh_from_db()
    assert order.refunded_to_method == 0
    olga.post(at, {**sent, "shown": "20.00"})
    order.refresh_from_db()
    assert order.refunded_to_method == 2000
