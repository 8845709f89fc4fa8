"""`/orders`: sales, their payment and refunds."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field, Strict

from plusone.clients.models import Client
from plusone.kernel.access import get
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.store import commands
from plusone.store.models import Dispute, MembershipType, Order, Product, Refund
from plusone.store.queries import orders_of

from .call import Call
from .clients import STATES
from .fields import (
    NO_CONTROL,
    NO_NUL,
    Amount,
    Body,
    Flag,
    Found,
    Id,
    Moment,
    Money,
    Note,
    Positive,
    Reference,
    moment,
)
from .paging import Page, page
from .references import row_of, rows_of

router = Router(tags=["Orders"])

State = Literal["awaiting_payment", "paid", "partially_refunded", "refunded", "disputed", "expired", "cancelled"]
Later = Literal["draft", "failed"]  # come with carts and payment providers; until then a list of them is empty
Method = Literal["cash", "transfer", "terminal"]
LINES_MAX = 100
SOLD = ("lines__product", "lines__membership_type")


class LineOut(Found):
    """One product or membership of an order, with the name and price of that day."""

    product: Id | None
    membership_type: Id | None
    name: str
    unit_price: Amount
    quantity: int
    total: Amount


class DisputeOut(Found):
    """A payment that the client's bank takes into question; `outcome` is null while nobody knows."""

    amount: Annotated[int, Field(description="The money that was in the order then.")]
    reason: str
    outcome: Literal["won", "lost"] | None
    opened_at: Moment
    closed_at: Moment | None


class OrderOut(Found):
    """A sale: `total` is what is left after `discount`, and is paid by `balance_used` and by `due` money."""

    id: Id
    number: Annotated[str, Field(description="The short name on screens and receipts.")]
    state: State
    client: Id
    lines: list[LineOut]
    total: Amount
    discount: Annotated[int, Field(description="What the coupon took off.")]
    coupon: Annotated[str | None, Field(description="The code that was used.")]
    balance_used: Annotated[int, Field(description="Held until paid, then used.")]
    due: Amount
    refunded_to_balance: Amount
    refunded_to_method: Amount
    method: Annotated[str | None, Field(description="How the money came.")]
    reference: str | None
    dispute: DisputeOut | None
    placed_at: Moment
    paid_at: Moment | None


class OrderList(Found):
    """A page of orders."""

    items: list[OrderOut]
    next: str | None


class LineIn(Body):
    """What is sold, and how many: a product, or a membership (one an order)."""

    product: Reference | None = None
    membership_type: Reference | None = None
    quantity: Annotated[int, Strict(), Field(ge=1, le=999)] = 1


class OrderIn(Body):
    """An order of a client. The balance part is held until paid; with nothing due it is paid at once."""

    client: Reference
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=LINES_MAX)]
    use_balance: Annotated[
        Flag | Money,
        Field(description="`true` takes what there is, an amount exactly that much or 409 `insufficient_balance`."),
    ] = False
    coupon: Annotated[
        Annotated[str, Strict(), Field(min_length=1, max_length=40, pattern=NO_NUL)] | None,
        Field(description="A code of the client's own; it comes off first. 409 `coupon_used`, `coupon_expired`."),
    ] = None


class PaymentIn(Body):
    """How the money came."""

    method: Method
    reference: Annotated[str, Strict(), Field(max_length=120, pattern=NO_CONTROL)] = ""


class RefundIn(Body):
    """How much to give back; without an amount all that is left."""

    amount: Positive | None = None
    reason: Note = ""


class DisputeIn(Body):
    """What the bank or the client says."""

    reason: Note = ""


class DisputeEndIn(Body):
    """How a dispute ended for the business."""

    outcome: Literal["won", "lost"]


class RefundOut(Found):
    """What was given back, split as it was paid: `refunded = to_balance + to_method`."""

    id: Id
    order: Id
    refunded: Amount
    to_balance: Amount
    to_method: Amount
    reason: str
    at: Moment


class OrderFilter(Page):
    """Which orders."""

    client: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of a client.")] = ""
    state: State | Later | None = None


assert set(get_args(State)) == set(Order.State.values), "the API names every state of an order"


def show(business: Business, orders: Sequence[Order]) -> list[dict[str, Any]]:
    """Return orders as the API shows them; client, payment and lines are at hand or cost queries."""
    return [
        {
            "id": order.public_id,
            "number": order.number,
            "state": order.state,
            "client": order.client.public_id,
            "lines": [_line(line) for line in order.lines.all()],
            "total": order.total,
            "discount": order.discount,
            "coupon": order.coupon.code if order.coupon else None,
            "balance_used": order.balance_used,
            "due": order.due,
            "refunded_to_balance": order.refunded_to_balance,
            "refunded_to_method": order.refunded_to_method,
            "method": payment.method if payment else None,
            "reference": payment.reference if payment else None,
            "dispute": _dispute(business, getattr(order, "dispute", None)),
            "placed_at": moment(business, order.placed_at),
            "paid_at": moment(business, order.paid_at),
        }
        for order in orders
        for payment in [getattr(order, "payment", None)]
    ]


def _dispute(business: Business, found: Dispute | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "amount": found.amount,
        "reason": found.reason,
        "outcome": found.outcome or None,
        "opened_at": moment(business, found.opened_at),
        "closed_at": moment(business, found.closed_at),
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "product": line.product.public_id if line.product else None,
        "membership_type": line.membership_type.public_id if line.membership_type else None,
        "name": line.name,
        "unit_price": line.unit_price,
        "quantity": line.quantity,
        "total": line.total,
    }


def show_refund(business: Business, order: Order, refund: Refund) -> dict[str, Any]:
    """Return a refund as the API shows it."""
    return {
        "id": refund.public_id,
        "order": order.public_id,
        "refunded": refund.amount,
        "to_balance": refund.to_balance,
        "to_method": refund.to_method,
        "reason": refund.reason,
        "at": moment(business, refund.at),
    }


def _again(request: Call, order: Order) -> dict[str, Any]:
    """Return an order as it is now."""
    found = orders_of(request.business).prefetch_related(*SOLD).get(pk=order.pk)
    return show(request.business, [found])[0]


@router.get("", response=OrderList)
def list_orders(request: Call, wanted: Query[OrderFilter]) -> dict[str, Any]:
    """List orders, newest first."""
    every = Order.objects.filter(business=request.business)
    rows = orders_of(request.business, state=wanted.state or "").prefetch_related(
        "lines__product", "lines__membership_type"
    )
    if wanted.client:
        rows = rows.filter(client__public_id=wanted.client)
    return page(rows, wanted, by="placed_at", every=every, show=lambda found: show(request.business, found))


@router.post("", response={201: OrderOut})
def place_order(request: Call, body: OrderIn) -> Status[dict[str, Any]]:
    """Place an order. An unknown client or product is a 422 at its field, and nothing is written."""
    _check_lines(body.lines)
    client = row_of(request.business, Client, body.client, field="client", status__in=STATES)
    lines = _sold(request.business, body.lines)
    order = commands.place_order(
        request.business,
        client,
        lines,
        use_balance=body.use_balance,
        coupon=body.coupon or "",
        by_staff=True,
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _again(request, order))


def _check_lines(lines: Sequence[LineIn]) -> None:
    for number, line in enumerate(lines):
        if (line.product is None) == (line.membership_type is None):
            where = f"lines.{number}.product"
            raise Invalid(_("Say what is sold: a product, or a type of membership."), field=where, code="required")


def _sold(business: Business, lines: Sequence[LineIn]) -> list[tuple[Product | MembershipType, int]]:
    products = rows_of(business, Product, [line.product for line in lines], field="lines.{}.product")
    wanted = [line.membership_type for line in lines]
    types = rows_of(business, MembershipType, wanted, field="lines.{}.membership_type") if any(wanted) else {}
    return [
        (products[line.product] if line.product else types[str(line.membership_type)], line.quantity) for line in lines
    ]


@router.get("/{order_id}", response=OrderOut)
def get_order(request: Call, order_id: str) -> dict[str, Any]:
    """Return an order."""
    return _again(request, get(request.business, Order, order_id))


@router.post("/{order_id}/pay", response=OrderOut)
def pay_order(request: Call, order_id: str, body: PaymentIn) -> dict[str, Any]:
    """Record that the money came. A paid order stays as it is; one that was called off: 409 `order_ended`."""
    order = get(request.business, Order, order_id)
    commands.pay(order, method=body.method, reference=body.reference, actor=request.actor, now=request.now)
    return _again(request, order)


@router.post("/{order_id}/refunds", response={201: RefundOut})
def refund_order(request: Call, order_id: str, body: RefundIn | None = None) -> Status[dict[str, Any]]:
    """Give back, in proportion to money and balance paid, half up; the last refund takes the rest.

    More than is left: 409 `nothing_to_refund`.
    """
    order, wanted = get(request.business, Order, order_id), body or RefundIn()
    refund = commands.refund(order, wanted.amount, reason=wanted.reason, actor=request.actor, now=request.now)
    return Status(201, show_refund(request.business, order, refund))


@router.post("/{order_id}/cancel", response=OrderOut)
def cancel_order(request: Call, order_id: str) -> dict[str, Any]:
    """Call off an order that is not paid; held balance is free again."""
    order = get(request.business, Order, order_id)
    commands.cancel(order, actor=request.actor, now=request.now)
    return _again(request, order)


@router.post("/{order_id}/dispute", response=OrderOut)
def dispute_order(request: Call, order_id: str, body: DisputeIn | None = None) -> dict[str, Any]:
    """Note that the client's bank takes the payment into question; once an order. Not paid: 409 `not_paid`."""
    order, said = get(request.business, Order, order_id), body or DisputeIn()
    commands.dispute(order, reason=said.reason, actor=request.actor, now=request.now)
    return _again(request, order)


@router.post("/{order_id}/dispute/close", response=OrderOut)
def close_dispute(request: Call, order_id: str, body: DisputeEndIn) -> dict[str, Any]:
    """Note how a dispute ended. One that is lost takes the money back, and rewards with it, as a refund does.

    Not disputed: 409 `not_disputed`; ended the other way: 409 `dispute_closed`.
    """
    order = get(request.business, Order, order_id)
    commands.close_dispute(order, body.outcome, actor=request.actor, now=request.now)
    return _again(request, order)
