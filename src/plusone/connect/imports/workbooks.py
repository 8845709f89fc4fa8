"""An Excel workbook as a table: its first sheet, one row at a time, with what its formulas last came to."""

import itertools
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from .files import DEFUSED, FIELD_MAX, TOP, Line, Unreadable, header_among

# What a workbook may unpack to: a small file can hold a mountain of zeros (TRUST FUZ-6).
UNPACKED_MAX = 200_000_000
SHARED_MAX = 40_000_000  # the texts of all cells, which are held in memory
PARTS_MAX = 2_000
COLUMNS_MAX = 200
ROWS_MAX = 1_048_576  # no sheet has more; one that numbers a row beyond would have as many empty ones read before it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True)
class Workbook:
    """A readable workbook: its columns, the row they stand in, and how many rows with anything in them follow."""

    path: Path
    header: list[str]
    header_row: int
    count: int

    def lines(self) -> Iterator[Line]:
        """Yield the rows below the header, one at a time; empty ones are left out."""
        with _rows(self.path) as rows:
            yield from (line for line in rows if line.number > self.header_row)


def read_workbook(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Workbook:
    """Look through a workbook and return what its first sheet holds. Raise Unreadable in one sentence."""
    _insist_on_sane(path)
    with _rows(path) as rows:
        top = list(itertools.islice(rows, TOP))
        if not top:
            raise Unreadable(_("The file is empty."))
        above = header_among(top, is_header)
        first = top[above]
        count = len(top) - above - 1 + sum(1 for _line in rows)
    if not count:
        raise Unreadable(_("The file has the names of its columns and no lines below them."))
    return Workbook(path, [cell.strip() for cell in first.cells], first.number, count)


def _insist_on_sane(path: Path) -> None:
    """Refuse what is no workbook, or one that would unpack to more than anybody's client book."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
            if sum(part.file_size for part in parts) > UNPACKED_MAX or shared > SHARED_MAX or len(parts) > PARTS_MAX:
                raise _too_large()
            if "xl/workbook.xml" not in packed.namelist():
                raise _no_workbook()
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with packed.open(part) as text:
                        # Workbooks declare no entities; whoever does wants the reader to unfold them.
                        if b"<!" in text.read(2_000).replace(b"<!--", b""):
                            raise _no_workbook()
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _no_workbook() from error


def _too_large() -> Unreadable:
    return Unreadable(_("This workbook is too large. Save its first sheet as “CSV UTF-8” and import that."))


def _no_workbook() -> Unreadable:
    return Unreadable(
        _("This workbook cannot be read. Open it, save it as “.xlsx” or “CSV UTF-8”, and import that file.")
    )


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[Line]]:
    """Open the first sheet. Whatever its reader stumbles over is the file's fault."""
    from openpyxl import load_workbook  # here: loading it takes longer than the rest of a short command

    with path.open("rb") as file:  # by its content: the reader would refuse a path for its ending
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # the reader raises a dozen kinds for a file that is not as it should be
            raise _no_workbook() from error
        try:
            if not book.worksheets:
                raise Unreadable(_("The file is empty."))
            yield _told(book.worksheets[0])
        finally:
            book.close()


def _told(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()  # some programs write that a sheet is one cell, and only that would be read
    rows = sheet.iter_rows(max_col=COLUMNS_MAX, values_only=True)
    for number in itertools.count(1):
        try:
            values = next(rows)
        except StopIteration:
            return
        except Exception as error:  # see above
            raise _no_workbook() from error
        if number > ROWS_MAX:
            raise _too_large()
        if values.count(None) == len(values):
            continue
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if any(len(cell) > FIELD_MAX for cell in cells):
            raise _no_workbook()
        if any(cells):
            yield Line(number, cells)


def _text(value: Any) -> str:
    """Return a cell as somebody would have typed it into a table of text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == datetime.min.time() else value.replace(microsecond=0)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value)
    text = _CONTROL.sub("", str(value))
    return DEFUSED.sub("", text) if text.startswith("'") else text


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # A cell that shows 12.10 holds 12.1, and a sum of such cells 24.200000000000003.
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    # Three digits after a point would be read as thousands; a number's point is its decimal sign.
    return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text
