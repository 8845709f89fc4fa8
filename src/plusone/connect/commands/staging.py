"""A file of clients before anything is done with it: kept line by line, looked through, and mended."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from plusone.connect.imports.columns import CLIENT_FIELDS, client_columns, with_whole_names
from plusone.connect.imports.files import Line, Unreadable
from plusone.connect.imports.judging import Judged, in_each_language, judge
from plusone.connect.imports.lines import address, month_first_of
from plusone.connect.imports.recommending import line_named, recommend
from plusone.connect.imports.scratch import Scratch
from plusone.connect.imports.tables import read_table
from plusone.connect.models import ClientImport, ImportLine
from plusone.kernel import clock
from plusone.kernel.db import bulk
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.kernel.queue import task

LINES_MAX = 50_000
ROOM_MAX = 200_000  # lines of all files of a business that are kept, to be looked at or undone (FUZ-6)
COLUMNS_MAX = 100
BATCH = 500
AT_ONCE_MAX = 1_000  # lines that are looked through while their sender waits
UNUSED_KEPT = timedelta(days=2)
State, Outcome = ClientImport.State, ImportLine.Outcome
NEW_LINE = (
    "business", "imported", "number", "cells", "problem", "outcome", "field", "reasons", "client_id", "referral_id",
    "undo", "written", "undone",
)  # fmt: skip
JUDGED = ("outcome", "field", "reasons", "client_id")


@transaction.atomic
def stage_import(business: Business, path: Path, *, filename: str, actor: str, now: datetime) -> ClientImport:
    """Keep a file's lines for somebody to look at. Nothing of the business changes. Raise Unreadable."""
    table = read_table(path)
    if table.count > LINES_MAX:
        raise Unreadable(
            _("This file has %(lines)s lines. Up to %(most)s can be imported here; split it, or use the command line.")
            % {"lines": table.count, "most": LINES_MAX}
        )
    take_turns(f"imports {business.pk}")
    if table.count + _lines_kept(business) > ROOM_MAX:
        full = _("There is room for %(most)s lines of files. Discard those that you did not import, or wait some days.")
        raise Unreadable(full % {"most": ROOM_MAX})
    if len(table.header) > COLUMNS_MAX:
        raise Unreadable(_("This file has more than %(most)s columns.") % {"most": COLUMNS_MAX})
    places, _unused = client_columns(table.header, {}, strict=False)
    places = with_whole_names(places, table.lines())
    imported = ClientImport.objects.create(
        business=business,
        filename=filename[:120],
        header=[name[:80] for name in table.header],
        fields=_by_place(places, len(table.header)),
        created_by=actor,
        created_at=now,
        kept_until=now + UNUSED_KEPT,
    )
    filled: Counter[int] = Counter()
    for batch in batched(table.lines(), BATCH):
        for line in batch:
            filled.update(place for place, cell in enumerate(line.cells) if cell.strip())
        imported.lines += len(batch)
        bulk.insert(ImportLine, NEW_LINE, (_new_line(imported, line) for line in batch))
    imported.filled = [filled[place] for place in range(len(table.header))]
    imported.save(update_fields=["filled", "lines"])
    return imported


def _lines_kept(business: Business) -> int:
    kept = ClientImport.objects.filter(business=business, forgotten_at__isnull=True)
    return int(kept.aggregate(lines=Sum("lines"))["lines"] or 0)


def _by_place(places: Mapping[str, int], width: int) -> list[str]:
    by_place = {place: field for field, place in places.items()}
    return [by_place.get(place, "") for place in range(width)]


def _new_line(imported: ClientImport, line: Line) -> list[object]:
    kept = [imported.business_id, imported.pk, line.number, line.cells, line.problem]
    return [*kept, "", "", {}, None, None, {}, False, False]


def places_of(imported: ClientImport) -> dict[str, int]:
    """Return where each field stands, by the columns that were said."""
    return {field: place for place, field in enumerate(imported.fields) if field}


def has_names(imported: ClientImport) -> bool:
    """Say whether a column is known to hold the names: without it there is nothing to look through."""
    return "name" in imported.fields or "first_name" in imported.fields


def month_first_in(imported: ClientImport) -> bool | None:
    """Return whether the column of dates is written month first, by what all lines say; None where nothing tells."""
    place = places_of(imported).get("created_at")
    if place is None:
        return None
    rows = imported.rows.order_by().values_list("number", "cells").iterator()
    return month_first_of((Line(number, cells) for number, cells in rows), place)


def raw_of(row: ImportLine) -> Line:
    """Return a kept line as the file had it."""
    return Line(row.number, row.cells, row.problem)


@transaction.atomic
def map_columns(imported: ClientImport, fields: Sequence[str]) -> None:
    """Say which column is what; the lines are to be looked through again. Raise Refused for a field claimed twice."""
    _lock(imported)
    claimed = [field for field in fields if field]
    if len(fields) != len(imported.header) or not set(claimed) <= set(CLIENT_FIELDS):
        raise Refused(_("These are not the columns of this file. Load the page again."))
    if len(claimed) != len(set(claimed)):
        raise Refused(_("Two columns are the same field. Choose which one it is, and leave the other out."))
    imported.fields = list(fields)
    imported.save(update_fields=["fields"])


def look_through(imported: ClientImport, *, now: datetime) -> None:
    """Say of each line what would become of it: a small file at once, a large one in the background.

    Nothing of the business changes. The file cannot be brought in meanwhile.
    """
    waiting = ClientImport.objects.filter(pk=imported.pk, state=State.CHECKED)
    if not has_names(imported) or not waiting.update(state=State.CHECKING):
        return
    look_through_later.using(key=f"look:{imported.pk}").enqueue(imported.pk)
    if imported.lines <= AT_ONCE_MAX:
        _look(imported, now)


@task(atomic=False)
def look_through_later(import_id: int) -> None:
    """Look through a file that nobody has looked through yet; from the start again where a worker died."""
    imported = ClientImport.objects.select_related("business").filter(pk=import_id, state=State.CHECKING).first()
    if imported is not None:
        _look(imported, clock.now())


def _look(imported: ClientImport, now: datetime) -> None:
    """Judge all lines, a batch at a time: nobody else who writes waits longer than that."""
    month_first = month_first_in(imported)
    with Scratch() as scratch:
        for rows in _rows(imported, BATCH):
            with transaction.atomic():
                _look_at(imported, rows, scratch, now, month_first)
        for said in scratch.recommendations(BATCH):
            with transaction.atomic():
                _note_unknown(imported, said, scratch, now)
    with transaction.atomic():
        recount(imported)
        ClientImport.objects.filter(pk=imported.pk, state=State.CHECKING).update(state=State.CHECKED)


def _look_at(
    imported: ClientImport, rows: Sequence[ImportLine], scratch: Scratch, now: datetime, month_first: bool | None
) -> None:
    judged = judge(
        imported.business,
        [raw_of(row) for row in rows],
        places=places_of(imported),
        width=len(imported.header),
        scratch=scratch,
        dry_run=True,
        month_first=month_first,
        actor=imported.created_by,
        now=now,
    )
    for row, one in zip(rows, judged, strict=True):
        note_judgement(row, one)
        if one.line and one.line.referred_by and row.outcome != Outcome.FAILED:
            scratch.keep_recommendation(row.number, row.client_id or -row.number, one.line.referred_by)
    write_rows(rows, JUDGED)


def _rows(imported: ClientImport, size: int) -> Iterator[list[ImportLine]]:
    """Yield the lines in batches, by their numbers, so that a batch may be written while the next is read."""
    last = 0
    while rows := list(imported.rows.filter(number__gt=last).order_by("number")[:size]):
        last = rows[-1].number
        yield rows


def note_judgement(row: ImportLine, judged: Judged) -> None:
    """Put what became of a line onto its row."""
    row.outcome, row.field, row.reasons = judged.outcome, judged.about, judged.said()
    row.client_id = judged.line.client_id if judged.line else None


def write_rows(rows: Sequence[ImportLine], names: Sequence[str]) -> None:
    """Write these columns of kept lines."""
    bulk.update(ImportLine, names, ([*(getattr(row, name) for name in names), row.pk] for row in rows))


def _note_unknown(
    imported: ClientImport, said: Sequence[tuple[int, int, str]], scratch: Scratch, now: datetime
) -> None:
    _lines, notes = recommend(
        imported.business,
        said,
        in_file=lambda name: line_named(scratch, name),
        dry_run=True,
        actor=imported.created_by,
        now=now,
    )
    for number, note in notes:
        add_reasons(imported.rows.get(number=number), in_each_language([note]))


def add_reasons(row: ImportLine, said: Mapping[str, list[str]]) -> None:
    """Add to what is to be said of a line."""
    row.reasons = {code: [*row.reasons.get(code, []), *sentences] for code, sentences in said.items()}
    row.save(update_fields=["reasons"])


def recount(imported: ClientImport) -> None:
    """Count what became of the lines, or would."""
    found = dict(imported.rows.values_list("outcome").annotate(count=Count("id")).order_by())
    imported.created, imported.updated = found.get(Outcome.CREATED, 0), found.get(Outcome.UPDATED, 0)
    imported.skipped = found.get(Outcome.SAME, 0) + found.get(Outcome.TWIN, 0)
    imported.failed = found.get(Outcome.FAILED, 0)
    imported.save(update_fields=["created", "updated", "skipped", "failed"])


@transaction.atomic
def mend_lines(imported: ClientImport, mended: Mapping[int, Mapping[str, str]], *, now: datetime) -> int:
    """Take other cells for bad lines, by number and field, and look at those lines again. Return how many are good."""
    _lock(imported)
    places, good = places_of(imported), 0
    for row in imported.rows.filter(number__in=list(mended), outcome=Outcome.FAILED).order_by("number"):
        cells = [*row.cells[: len(imported.header)]]
        cells += [""] * (len(imported.header) - len(cells))
        for field, text in mended[row.number].items():
            if field in places:
                cells[places[field]] = text.replace("\0", "")[:1_000]
        row.cells, row.problem = cells, ""
        good += _look_again(imported, row, now)
    recount(imported)
    return good


def mend_changed(imported: ClientImport, mended: Mapping[int, Mapping[str, str]], *, now: datetime) -> int:
    """Take the cells of bad lines that say something new. Return how many of those lines are bad yet."""
    if imported.state != State.CHECKED:
        return 0
    places, changed = places_of(imported), {}
    for row in imported.rows.filter(number__in=list(mended), outcome=Outcome.FAILED):
        had = {field: row.cells[place] if place < len(row.cells) else "" for field, place in places.items()}
        if any(text.strip() != had[field].strip() for field, text in mended[row.number].items() if field in had):
            changed[row.number] = mended[row.number]
    return len(changed) - mend_lines(imported, changed, now=now) if changed else 0


def _look_again(imported: ClientImport, row: ImportLine, now: datetime) -> bool:
    with Scratch() as scratch:
        _seed(imported, row, scratch)
        (judged,) = judge(
            imported.business,
            [raw_of(row)],
            places=places_of(imported),
            width=len(imported.header),
            scratch=scratch,
            dry_run=True,
            month_first=month_first_in(imported),
            actor=imported.created_by,
            now=now,
        )
    note_judgement(row, judged)
    row.save(update_fields=["cells", "problem", *JUDGED])
    return row.outcome != Outcome.FAILED


def _seed(imported: ClientImport, row: ImportLine, scratch: Scratch) -> None:
    """Remember the ids and addresses of the good lines before this one."""
    places = places_of(imported)
    kinds = [(kind, places[field]) for kind, field in (("id", "external_id"), ("mail", "email")) if field in places]
    before = imported.rows.filter(number__lt=row.number).exclude(outcome=Outcome.FAILED).order_by("number")
    for number, cells in before.values_list("number", "cells").iterator() if kinds else ():
        for kind, place in kinds:
            text = cells[place].strip() if place < len(cells) else ""
            if text:
                scratch.first_line(f"{kind}:{address(text) if kind == 'mail' else text}", number)


@transaction.atomic
def discard_import(imported: ClientImport) -> None:
    """Forget a file that was never brought in. Raise Refused for one that was."""
    _lock(imported)
    imported.delete()


def _lock(imported: ClientImport) -> None:
    state = ClientImport.objects.select_for_update().values_list("state", flat=True).get(pk=imported.pk)
    if state == State.CHECKING:
        raise Refused(_("This file is being looked through. Wait a moment."), code="busy")
    if state != State.CHECKED:
        raise Refused(_("This file has been imported already."), code="already_imported")
