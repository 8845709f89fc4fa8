"""A sale at the desk: ordered and paid in one go (R-259)."""

from collections.abc import Sequence
from datetime import datetime

from plusone.clients.models import Client
from plusone.kernel.db.whole import whole
from plusone.kernel.models import Business
from plusone.store.models import Order, Product

from .orders import pay, place_order


@whole
def sell(
    business: Business,
    client: Client,
    lines: Sequence[tuple[Product, int]],
    *,
    use_balance: bool | int = False,
    coupon: str = "",
    method: str = "",
    reference: str = "",
    actor: str,
    now: datetime,
) -> Order:
    """Place an order for a client and take the money by `method`; without one it waits for its payment.

    Raise as `place_order` and `pay` do; then nothing is sold.
    """
    order = place_order(
        business, client, lines, use_balance=use_balance, coupon=coupon, by_staff=True, actor=actor, now=now
    )
    if method and order.due:
        pay(order, method=method, reference=reference, actor=actor, now=now)
    order.refresh_from_db()
    return order
