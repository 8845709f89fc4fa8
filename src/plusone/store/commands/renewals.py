"""A membership is renewed by hand: balance first where that is wanted, then money (R-148, Q-30)."""

from datetime import datetime

from django.utils.translation import gettext as _

from plusone.kernel.db.whole import whole
from plusone.store.models import Membership, MembershipType, Order, OrderLine

from .memberships import NotRunning, State, locked_membership
from .orders import open_order, pay


@whole
def renew(
    membership: Membership,
    *,
    after: int | None = None,
    method: str = "",
    reference: str = "",
    actor: str,
    now: datetime,
) -> Order:
    """Order the next period: what balance there is pays first where the business wants it, and is held while the rest
    is due; `method` says that the rest came. While an order for it waits, that one is meant; where the period `after`
    that the caller saw as paid is not the last any more, the last that was paid: a second press charges nothing.

    Raise NotRunning for a membership that does not recur, is cancelled or frozen, or is over.
    """
    found = locked_membership(membership)
    if found.type.kind != MembershipType.Kind.RECURRING or found.state not in (State.ACTIVE, State.PAST_DUE):
        raise NotRunning(
            _("Only a running membership that recurs can be renewed."), then=_("One that is over is sold anew.")
        )
    if after is not None and after < found.periods_paid:
        paid = Order.objects.filter(renews=found, paid_at__isnull=False).order_by("-paid_at", "-id").first()
        if paid is not None:
            return paid
    order = Order.objects.filter(renews=found, state=Order.State.AWAITING_PAYMENT).first()
    if order is None:
        order = Order(
            business=found.business, client=found.client, placed_at=now, by_staff=True, renews=found,
            total=found.type.price, due=found.type.price,
        )  # fmt: skip
        line = OrderLine(
            business=found.business, membership_type=found.type, name=found.type.name,
            unit_price=found.type.price, quantity=1,
        )  # fmt: skip
        open_order(order, [line], use_balance=found.business.auto_apply_to_renewal, actor=actor, now=now)
    if method and order.due:
        pay(order, method=method, reference=reference, actor=actor, now=now)
    order.refresh_from_db()
    return order
