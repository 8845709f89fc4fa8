"""Paid orders from a file: a line each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals import commands as referrals
from plusone.store import commands as store
from plusone.store.commands import PaidLine

from .columns import ORDER_FIELDS, find_columns, missing
from .files import Line
from .lines import BATCH, again_if_somebody_was_faster, cells_of, clients_named, month_first_of
from .report import Progress, Report
from .scratch import Scratch
from .tables import read_table
from .values import read_amount, read_moment, read_quantity

ORDER_ID_MAX = 150
PRODUCT_MAX = 120


def import_orders(
    business: Business,
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    actor: str = "import",
    now: datetime,
    progress: Progress | None = None,
) -> Report:
    """Bring the paid orders of a file into a business as history: income, but no reward and no mail.

    Without an order id the same client, day and amount for the nth time is the same order. Raise Unreadable where the
    file as a whole cannot be used: then nothing is written.
    """
    table = read_table(path)
    places, unused = find_columns(table.header, ORDER_FIELDS, columns or {})
    for field in ("customer", "date", "amount"):
        if field not in places:
            raise missing(table.header, field)
    report = Report(
        dry_run=dry_run, columns={field: table.header[place] for field, place in places.items()}, unused=unused
    )
    report.month_first = month_first_of(table.lines(), places["date"])
    with Scratch() as scratch:
        done = 0
        for batch in batched(table.lines(), BATCH):
            lines = _read(business, batch, places, len(table.header), scratch, report, now)
            _write(business, lines, report, actor=actor, now=now)
            done += len(batch)
            if progress:
                progress(done, table.count)
    report.problems.sort()
    return report


def _read(
    business: Business,
    batch: Sequence[Line],
    places: Mapping[str, int],
    width: int,
    scratch: Scratch,
    report: Report,
    now: datetime,
) -> list[PaidLine]:
    rows = []
    for raw in batch:
        try:
            rows.append((raw.number, cells_of(raw, width, places)))
        except Refused as error:
            report.fail(raw.number, error.message)
    known = clients_named(business, [cells["customer"] for _number, cells in rows if cells.get("customer")])
    lines = []
    for number, cells in rows:
        try:
            line = _order(business, number, cells, known, now, report.month_first)
        except Refused as error:
            report.fail(number, error.message)
            continue
        if line.external_id:
            first = scratch.first_line(line.external_id, number)
            if first != number:
                report.skipped += 1
                report.tell(number, _("This is the order of line %(line)s again.") % {"line": first})
                continue
        else:
            day = clock.day_of(business, line.at).isoformat()
            key = f"~{line.client_id}:{day}:{line.amount}"
            line.external_id = f"{key}:{scratch.times(key)}"
        lines.append(line)
    return lines


def _order(
    business: Business,
    number: int,
    cells: Mapping[str, str],
    known: Mapping[str, int],
    now: datetime,
    month_first: bool | None,
) -> PaidLine:
    customer = cells.get("customer", "")
    if not customer:
        raise Invalid(_("This order says no client."), field="customer")
    if customer not in known:
        raise Invalid(
            _("Nobody here is “%(name)s”. Import the clients first.") % {"name": customer[:60]}, field="customer"
        )
    if not cells.get("date"):
        raise Invalid(_("This order has no date."), field="date")
    if not cells.get("amount"):
        raise Invalid(_("This order has no amount."), field="amount")
    order_id = cells.get("order_id", "")
    if len(order_id) > ORDER_ID_MAX:
        raise Invalid(_("This id is too long."), field="order_id")
    return PaidLine(
        number=number,
        client_id=known[customer],
        # "~" begins the ids that we make; one of the file that does so too stays apart.
        external_id=f"~{order_id}" if order_id.startswith("~") else order_id,
        at=read_moment(business, cells["date"], now, month_first),
        amount=read_amount(cells["amount"], business.currency),
        quantity=read_quantity(cells.get("quantity", "")),
        product=" ".join(cells.get("product", "").split())[:PRODUCT_MAX],
    )


def _write(business: Business, lines: Sequence[PaidLine], report: Report, *, actor: str, now: datetime) -> None:
    def write() -> None:
        with transaction.atomic():
            store.import_orders(business, lines, actor=actor, now=now, dry_run=report.dry_run)
            if not report.dry_run:
                new = {line.client_id for line in lines if line.outcome == "created"}
                referrals.time_imported(business, sorted(new), actor=actor)

    again_if_somebody_was_faster(write)
    for line in lines:
        match line.outcome:
            case "created":
                report.created += 1
            case "updated":
                report.updated += 1
            case "same":
                report.skipped += 1
            case _:
                report.fail(line.number, line.reason)
