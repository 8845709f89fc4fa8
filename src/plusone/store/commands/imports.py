"""Orders that were paid elsewhere, brought in as history: they count in figures and earn nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.commands import note_first_orders
from plusone.events.commands import record_many
from plusone.kernel import ids
from plusone.kernel.db import bulk
from plusone.kernel.models import Business
from plusone.store import events
from plusone.store.models import Order, OrderLine, Payment

METHOD = "import"
# What an imported order has of neither balance nor refunds.
ZERO = {"discount": 0, "balance_used": 0, "refunded_to_balance": 0, "refunded_to_method": 0, "by_staff": True}
ORDER_COLUMNS = (
    "id",
    "public_id",
    "business",
    "client",
    "external_id",
    "state",
    "total",
    "due",
    "placed_at",
    "paid_at",
)


@dataclass(slots=True)
class PaidLine:
    """One paid order of a file. What became of it stands in `outcome`: created, updated, same, or refused for
    `reason`."""

    number: int
    client_id: int
    external_id: str
    at: datetime
    amount: int
    quantity: int = 1
    product: str = ""
    outcome: str = ""
    reason: str = ""


@transaction.atomic
def import_orders(
    business: Business, lines: Sequence[PaidLine], *, actor: str, now: datetime, dry_run: bool = False
) -> None:
    """Bring in a batch of paid orders, each once by its external id.

    An order that is known keeps client, day and amount, since payments are never rewritten; what was bought may change.
    An amount of zero makes an order without a payment. Nothing reacts, nobody is rewarded or written to.
    """
    known = _known(business, lines)
    for line in lines:
        before = known.get(line.external_id)
        if before is None:
            line.outcome = "created"
        elif before.about != (line.client_id, line.amount, line.at):
            line.outcome = "refused"
            line.reason = _("This order was imported before with another client, date or amount; it stays as it was.")
        elif before.parts == _parts(line):
            line.outcome = "same"
        else:
            line.outcome = "updated"
    if dry_run:
        return
    _renew(business, [line for line in lines if line.outcome == "updated"], known)
    _write(business, [line for line in lines if line.outcome == "created"], actor=actor)


@dataclass(slots=True)
class _Known:
    """An order that is here already: (client, amount, moment), and (name, price, quantity) of its lines."""

    key: int
    about: tuple[int, int, datetime | None]
    parts: list[tuple[str, int, int]]


def _known(business: Business, lines: Sequence[PaidLine]) -> dict[str, _Known]:
    orders = Order.objects.filter(business=business, external_id__in=[line.external_id for line in lines])
    found = {
        key: (str(name), _Known(key, (client, total, paid_at), []))
        for key, name, client, total, paid_at in orders.values_list(
            "pk", "external_id", "client_id", "total", "paid_at"
        ).order_by()
    }
    parts = OrderLine.objects.filter(order__in=list(found)).order_by("id")
    for key, name, price, quantity in parts.values_list("order_id", "name", "unit_price", "quantity"):
        found[key][1].parts.append((name, price, quantity))
    return dict(found.values())


def _write(business: Business, lines: Sequence[PaidLine], *, actor: str) -> None:
    keys = bulk.reserve_ids(Order, len(lines))
    bulk.insert(
        Order,
        (*ORDER_COLUMNS, *ZERO),
        [
            (key, ids.public_id(), business.pk, line.client_id, line.external_id, *_paid(line), *ZERO.values())
            for key, line in zip(keys, lines, strict=True)
        ],
    )
    _write_lines(business, zip(keys, lines, strict=True))
    bulk.insert(
        Payment,
        ("public_id", "business", "order", "client", "method", "reference", "amount", "actor", "at"),
        [
            (ids.public_id(), business.pk, key, line.client_id, METHOD, "", line.amount, actor, line.at)
            for key, line in zip(keys, lines, strict=True)
            if line.amount
        ],
    )
    record_many(
        business,
        [
            (events.OrderPaid(order=key, cash=line.amount, balance=0), line.client_id, line.at)
            for key, line in zip(keys, lines, strict=True)
        ],
        actor=actor,
    )
    note_first_orders(business, _first(lines), actor=actor)


def _paid(line: PaidLine) -> tuple[str, int, int, datetime, datetime]:
    return Order.State.PAID, line.amount, line.amount, line.at, line.at


def _renew(business: Business, lines: Sequence[PaidLine], known: Mapping[str, _Known]) -> None:
    """Write anew what was bought in orders that are known."""
    pairs = [(known[line.external_id].key, line) for line in lines]
    if pairs:
        OrderLine.objects.filter(order__in=[order for order, _line in pairs]).delete()
        _write_lines(business, pairs)


def _write_lines(business: Business, pairs: Iterable[tuple[int, PaidLine]]) -> None:
    bulk.insert(
        OrderLine,
        ("business", "order", "name", "unit_price", "quantity"),
        [(business.pk, order, *part) for order, line in pairs for part in _parts(line)],
    )


def _parts(line: PaidLine) -> list[tuple[str, int, int]]:
    """Return (name, unit price, quantity) that add up to the amount: two, where the price does not divide."""
    name = line.product or str(_("Imported sale"))
    price, dearer = divmod(line.amount, line.quantity)
    parts = [(name, price, line.quantity - dearer), (name, price + 1, dearer)]
    return [part for part in parts if part[2]]


def _first(lines: Sequence[PaidLine]) -> dict[int, tuple[datetime, datetime | None]]:
    """Return each client's first order, and first with money, among these."""
    first: dict[int, tuple[datetime, datetime | None]] = {}
    for line in lines:
        at, paid_at = first.get(line.client_id, (line.at, None))
        if line.amount and (paid_at is None or line.at < paid_at):
            paid_at = line.at
        first[line.client_id] = (min(at, line.at), paid_at)
    return first
