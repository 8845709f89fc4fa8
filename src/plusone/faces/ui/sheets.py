"""CSV files of what a page shows, safe to open in a spreadsheet (ASVS 1.2.10), and streamed."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation

# What a spreadsheet would run, in plain or full-width letters; phone numbers and amounts begin alike and are harmless.
_RISKY = re.compile(r"^[=+\-@|%\t\r\n＝＋－＠]")
_HARMLESS = re.compile(r"^[+-]\d[\d .,]*$")


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula, by an apostrophe before it."""
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if _RISKY.match(text) and not _HARMLESS.fullmatch(text) else text


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(header: Sequence[object], rows: Iterable[Sequence[object]], language: str) -> Iterator[str]:
    """Make the lines one by one, each in the reader's language: the server sends them when the view is long over."""
    sheet: Any = csv.writer(_Echo())
    yield "\ufeff" + sheet.writerow([cell(value) for value in header])
    left = iter(rows)
    while True:
        with translation.override(language):
            row = next(left, None)
            if row is None:
                return
            line: str = sheet.writerow([cell(value) for value in row])
        yield line


def csv_answer(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return a CSV file called `name` to download: UTF-8 with its mark, so that spreadsheets read the accents."""
    answer = StreamingHttpResponse(
        _lines(header, rows, translation.get_language() or "en"), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
