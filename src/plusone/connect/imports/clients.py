"""Clients from a file: a line each, with who recommended them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import batched
from pathlib import Path

from django.db import transaction

from plusone.clients import commands as clients
from plusone.clients.commands import ClientLine
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals import commands as referrals
from plusone.referrals.audience import last_mailing

from .columns import client_columns, missing, with_whole_names
from .files import Line
from .lines import BATCH, again_if_somebody_was_faster, cells_of, month_first_of
from .reading import read_client, twin_of
from .recommending import line_named, recommend
from .report import Progress, Report
from .scratch import Scratch
from .tables import read_table


def import_clients(
    business: Business,
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    actor: str = "import",
    now: datetime,
    progress: Progress | None = None,
) -> Report:
    """Bring the clients of a file into a business; known ones (same external id, or address) are updated.

    `columns` says which column is which field where its name does not tell. Raise Unreadable where the file as a whole
    cannot be used: then nothing is written. A batch of lines is one transaction; the same file again goes on where an
    interrupted import stopped.
    """
    table = read_table(path)
    places, unused = client_columns(table.header, columns or {})
    places = with_whole_names(places, table.lines(), (columns or {}).values())
    if "first_name" not in places and "name" not in places:
        raise missing(table.header, "name")
    report = Report(
        dry_run=dry_run, columns={field: table.header[place] for field, place in places.items()}, unused=unused
    )
    report.month_first = month_first_of(table.lines(), places.get("created_at"))
    with Scratch() as scratch:
        reader = _Reader(business, places, len(table.header), scratch, report, now)
        done = 0
        for batch in batched(table.lines(), BATCH):
            lines = [line for raw in batch if (line := reader.read(raw))]
            _write(business, lines, reader, report, actor=actor, now=now)
            done += len(batch)
            if progress:
                progress(done, table.count)
        for said in scratch.recommendations(BATCH):
            _recommend(business, said, scratch, report, actor=actor, now=now)
    report.problems.sort()
    return report


class _Reader:
    """Turns records into lines that the command takes, and reports those that are none."""

    def __init__(
        self, business: Business, places: dict[str, int], width: int, scratch: Scratch, report: Report, now: datetime
    ) -> None:
        self.business, self.places, self.width = business, places, width
        self.scratch, self.report, self.now = scratch, report, now
        self.month_first = report.month_first

    def read(self, raw: Line) -> ClientLine | None:
        """Return the client of a record, or None for one that is reported."""
        try:
            line = read_client(
                self.business, raw.number, cells_of(raw, self.width, self.places), self.now, self.month_first
            )
        except Refused as error:
            self.report.fail(raw.number, error.message)
            return None
        twin = twin_of(line, self.scratch)
        if twin is None:
            return line
        if twin.bad:
            self.report.fail(line.number, twin.reason)
        else:
            self.report.skipped += 1
            self.report.tell(line.number, twin.reason)
        return None


def _write(
    business: Business, lines: Sequence[ClientLine], reader: _Reader, report: Report, *, actor: str, now: datetime
) -> None:
    def write() -> None:
        with transaction.atomic():
            clients.import_clients(
                business, lines, told_after=last_mailing(business), actor=actor, now=now, dry_run=report.dry_run
            )
            known = [line.client_id for line in lines if line.outcome == "updated" and line.client_id]
            if known and not report.dry_run:
                referrals.time_imported(business, known, actor=actor)

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
                continue
        for note in line.notes:
            report.tell(line.number, note)
        if line.referred_by:
            # A client that a dry run would add has no row: the number of its line stands in.
            reader.scratch.keep_recommendation(line.number, line.client_id or -line.number, line.referred_by)


def _recommend(
    business: Business,
    said: Sequence[tuple[int, int, str]],
    scratch: Scratch,
    report: Report,
    *,
    actor: str,
    now: datetime,
) -> None:
    lines, notes = recommend(
        business, said, in_file=lambda name: line_named(scratch, name), dry_run=report.dry_run, actor=actor, now=now
    )
    report.referrals += sum(line.outcome == "created" for line in lines)
    for number, note in notes:
        report.tell(number, note)
