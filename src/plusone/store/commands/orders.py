"""An order is placed, paid, called off or runs out (REQUIREMENTS 4.6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.commands import activate, must_be_there, reactivate
from plusone.clients.keeping import without_names
from plusone.clients.models import Client
from plusone.events.commands import caused_by, record
from plusone.kernel.db.locks import locked_row
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX
from plusone.ledger import commands as ledger
from plusone.ledger.models import Transfer
from plusone.store import events
from plusone.store.methods import methods
from plusone.store.models import MembershipType, Order, OrderLine, Payment, Product

from .coupons import CouponRefused, locked_coupon
from .memberships import call_off, deliver, must_run, order_membership

QUANTITY_MAX = 999
UNPAID_DAYS_MAX = 30
SWEEP_BATCH = 200
State = Order.State


class OrderEnded(Refused):
    """The order is not waiting for a payment any more."""

    code = "order_ended"


@whole
def place_order(
    business: Business,
    client: Client,
    lines: Sequence[tuple[Product | MembershipType, int]],
    *,
    use_balance: bool | int = False,
    coupon: str = "",
    by_staff: bool = False,
    actor: str,
    now: datetime,
) -> Order:
    """Place an order. `coupon` is a code of the client's own, which comes off first; `use_balance`: True takes what
    there is, an amount exactly that much; it is held until paid (R-256).

    Where nothing is left to pay the order is paid at once. Raise Invalid for wrong lines or an unknown code,
    CouponRefused for one that cannot be used, InsufficientBalance for an amount that is not there, Refused for a
    deleted client.
    """
    assert client.business_id == business.pk
    must_be_there(client)
    price = _total(business, lines)
    used = locked_coupon(client, coupon, now=now) if coupon else None
    discount = used.off(price) if used else 0
    if used and not discount:  # it stays for an order from which it takes something
        raise CouponRefused(_("This coupon takes nothing off this order."), code="coupon_worth_nothing")
    order = Order(business=business, client=client, placed_at=now, by_staff=by_staff, coupon=used, discount=discount)
    order.total = order.due = price - discount
    sold = [_line(business, what, number) for what, number in lines]
    return open_order(order, sold, use_balance=use_balance, actor=actor, now=now)


def open_order(
    order: Order, lines: Sequence[OrderLine], *, use_balance: bool | int, actor: str, now: datetime
) -> Order:
    """Write an order that was made ready, hold its balance, and settle it where nothing is left to pay."""
    order.save(force_insert=True)
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    for line in lines:
        if line.membership_type and not order.renews_id:
            order_membership(order, line.membership_type, actor=actor, now=now)
    _hold_balance(order, use_balance, actor=actor, now=now)
    placed = record(
        order.business,
        events.OrderPlaced(
            order=order.pk,
            total=order.total,
            balance=order.balance_used,
            due=order.due,
            discount=order.discount,
        ),
        client=order.client_id,
        actor=actor,
        now=now,
    )
    if not order.due:
        with caused_by(placed):
            _settle(order, actor=actor, now=now)
    return order


def _line(business: Business, what: Product | MembershipType, number: int) -> OrderLine:
    about = {"product": what} if isinstance(what, Product) else {"membership_type": what}
    return OrderLine(business=business, name=what.name, unit_price=what.price, quantity=number, **about)


@whole
def pay(order: Order, *, method: str, reference: str = "", actor: str, now: datetime) -> bool:
    """Record that the money came, by hand or by a provider. Say whether it was still to come (False: paid already,
    nothing changed).

    Raise Invalid for an unknown method, OrderEnded for an order that was cancelled or expired, NotRunning for the
    renewal of a membership that is over.
    """
    if method not in methods:
        raise Invalid(_("Choose how it was paid."), field="method")
    order = locked(order)
    if order.is_paid:
        return False
    if not order.is_waiting:
        raise OrderEnded(_("This order was called off. Place a new one."))
    must_run(order)
    Payment.objects.create(
        business=order.business,
        order=order,
        client=order.client,
        method=method,
        reference=without_names(reference, [order.client])[:120],  # it is kept for years, the name is not
        amount=order.due,
        actor=actor,
        at=now,
    )
    _settle(order, actor=actor, now=now)
    return True


@whole
def cancel(order: Order, *, actor: str, now: datetime) -> bool:
    """Call off an order that was not paid; held balance is free again. Say whether it was waiting.

    Raise OrderEnded when paid.
    """
    order = locked(order)
    if order.is_paid:
        raise OrderEnded(_("This order is paid. Refund it instead."))
    if not order.is_waiting:
        return False
    _end(order, State.CANCELLED, actor=actor, now=now)
    record(order.business, events.OrderCancelled(order=order.pk), client=order.client_id, actor=actor, now=now)
    return True


def expire_due(now: datetime) -> int:
    """End the orders that were not paid within 30 days, so that nothing holds balance for ever. Return how many."""
    due = Order.objects.filter(state=State.AWAITING_PAYMENT, placed_at__lte=now - timedelta(days=UNPAID_DAYS_MAX))
    ended = 0
    for waiting in due.order_by("id")[:SWEEP_BATCH]:
        with transaction.atomic():
            order = locked(waiting)
            if order.is_waiting:
                _end(order, State.EXPIRED, actor="system", now=now)
                record(
                    order.business, events.OrderExpired(order=order.pk), client=order.client_id, actor="system", now=now
                )
                ended += 1
    return ended


def _total(business: Business, lines: Sequence[tuple[Product | MembershipType, int]]) -> int:
    if not lines:
        raise Invalid(_("Choose at least one product."), field="lines")
    memberships = [quantity for what, quantity in lines if isinstance(what, MembershipType)]
    if memberships and memberships != [1]:
        raise Invalid(_("An order sells one membership at a time."), field="lines")
    for product, quantity in lines:
        assert product.business_id == business.pk
        if product.archived_at if isinstance(product, Product) else not product.sellable:
            raise Invalid(_("“%(product)s” is no longer for sale.") % {"product": product.name}, field="lines")
        if not 1 <= quantity <= QUANTITY_MAX:
            raise Invalid(_("A quantity is between 1 and 999."), field="lines")
    total = sum(product.price * quantity for product, quantity in lines)
    if total > AMOUNT_MAX:
        raise Invalid(_("This amount is too large."), field="lines")
    return total


def _hold_balance(order: Order, use_balance: bool | int, *, actor: str, now: datetime) -> None:
    about: dict[str, Any] = {"key": f"order:{order.pk}", "ref": ("order", order.pk), "actor": actor, "now": now}
    if use_balance is True:
        order.hold = ledger.hold_up_to(order.business, order.client_id, order.total, **about) if order.total else None
    else:
        wanted = min(int(use_balance), order.total)
        if wanted < 0:
            raise Invalid(_("The balance to use is zero or more."), field="use_balance")
        order.hold = ledger.hold(order.business, order.client_id, wanted, **about) if wanted else None
    if order.hold is None:
        return
    order.balance_used, order.due = order.hold.amount, order.total - order.hold.amount
    order.save(update_fields=["hold", "balance_used", "due"])


def _settle(order: Order, *, actor: str, now: datetime) -> None:
    """Make an order paid:

    use the held balance, then let a lead become a client and an archived one come back (R-060, Q-10, Q-11).
    """
    order.state, order.paid_at = State.PAID, now
    if order.hold:
        kind = Transfer.Kind.RENEWAL if order.renews_id else Transfer.Kind.REDEEM
        order.redemption = ledger.capture(order.hold, kind=kind, actor=actor, now=now)
    order.save(update_fields=["state", "paid_at", "redemption"])
    deliver(order, actor=actor, now=now)
    paid = record(
        order.business,
        events.OrderPaid(order=order.pk, cash=order.due, balance=order.balance_used, discount=order.discount),
        client=order.client_id,
        actor=actor,
        now=now,
    )
    client = order.client
    with caused_by(paid):
        if client.status == Client.Status.ARCHIVED:
            reactivate(client, via="purchase", actor=actor, now=now)
        if (client.is_lead or client.is_invited) and (order.due or order.business.free_orders_activate):
            activate(client, via="purchase", actor=actor, now=now)


def _end(order: Order, state: Order.State, *, actor: str, now: datetime) -> None:
    if order.hold:
        ledger.release(order.hold, actor=actor, now=now)
    order.state, order.ended_at = state, now
    order.save(update_fields=["state", "ended_at"])
    call_off(order, actor=actor, now=now)


def locked(order: Order) -> Order:
    """Return the order as it is now, locked until the transaction ends, so that two payments or refunds of it go one
    after the other."""
    return locked_row(Order.objects.select_related("business", "client", "hold", "redemption"), order.pk)
