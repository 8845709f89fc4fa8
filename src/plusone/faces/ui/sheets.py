"""CSV files of what a page shows, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What a spreadsheet would run; phone numbers and negative numbers begin alike and are harmless.
_RISKY = re.compile(r"^[=+\-@\t\r\n\0＝＋－＠]")
_HARMLESS = re.compile(r"^[+-]\d[\d .,]*$")


def cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    return f"'{text}" if _RISKY.match(text) and not _HARMLESS.match(text) else text


def csv_answer(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return a CSV file called `name` to download: UTF-8 with its mark, so that spreadsheets read the accents."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([cell(value) for value in header])
    sheet.writerows([cell(value) for value in row] for row in rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
