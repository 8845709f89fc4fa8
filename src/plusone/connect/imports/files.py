"""A table of text from anywhere: its encoding and separator are found out, its lines are read one at a time.

The whole file is looked through before anybody may write, so that a file that cannot be read changes nothing.
"""

import codecs
import csv
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.errors import Refused

LINE_MAX = 1_000_000  # bytes; a longer line is no line of a table
BROKEN_MAX = 1_000
BROKEN_SHARE_MAX = 0.1  # of the lines: with more of them holding control characters it is no text
FIELD_MAX = 100_000
HEAD = 64 * 1024
TOP = 10  # rows among which the names of the columns are looked for
SEPARATORS = ",;\t|"
WORKBOOK, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DRAWN = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF")
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<style")
PLAIN_CONTROLS = frozenset(b"\t\n\r\x0c")
# What our own exports put in front of a cell that a spreadsheet would take for a formula (TRUST FUZ-5).
DEFUSED = re.compile(r"^'(?=[\s\x00]*[=+\-@|%\t\r\n\x00＝＋－＠])")


PROBLEMS = {
    "quote": gettext_lazy("A quotation mark stands in the middle of a field."),
    "control": gettext_lazy("This line holds characters that no text has (NUL or other control characters)."),
}


class Unreadable(Refused):
    """This file cannot be imported as a whole; nothing was written."""

    code = "unreadable_file"
    status = 422


@dataclass(frozen=True)
class Line:
    """One record: the number of its first line in the file, and its cells; `problem` names why it cannot be read."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A readable file: what it is written in, its columns, and how many records it has."""

    path: Path
    encoding: str
    separator: str
    header: list[str]
    records_before: int
    count: int

    def lines(self) -> Iterator[Line]:
        """Yield the records after the header, one at a time; empty ones are left out."""
        with _open_text(self.path, self.encoding) as text:
            yield from itertools.islice(_records(text, self.separator), self.records_before, None)


def is_workbook(path: Path) -> bool:
    """Say whether a file is an Excel workbook, whatever it is called. Raise Unreadable where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(len(WORKBOOK)) == WORKBOOK
    except OSError as error:
        raise Unreadable(_("The file cannot be read: %(why)s.") % {"why": error.strerror or error}) from error


def header_among(rows: Sequence[Line], is_header: Callable[[Sequence[str]], bool]) -> int:
    """Return which of the first rows has the names of the columns: the first that `is_header`, where only lines of
    fewer cells stand above it, as titles do; else the first row."""
    widest = 0
    for place, row in enumerate(rows):
        width = sum(bool(cell.strip()) for cell in row.cells)
        if width > widest and is_header(row.cells):
            return place
        widest = max(widest, width)
    return 0


def read_text_table(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Look through a file and return what it holds. Raise Unreadable in one sentence where it is no table of text."""
    try:
        with path.open("rb") as file:
            encoding = _encoding(file)
    except OSError as error:
        raise Unreadable(_("The file cannot be read: %(why)s.") % {"why": error.strerror or error}) from error
    with _open_text(path, encoding) as text:
        separator, skipped = _separator(text, is_header)
        text.seek(0)
        records = _records(text, separator)
        top = list(itertools.islice(records, skipped, skipped + TOP))
        if not top:
            raise Unreadable(_("The file is empty."))
        above = header_among(top, is_header)
        first = top[above]
        if first.problem:
            raise Unreadable(_("The first line has the names of the columns, but it cannot be read."))
        count = len(top) - above - 1 + sum(1 for _line in records)
    if not count:
        raise Unreadable(_("The file has the names of its columns and no lines below them."))
    return Table(path, encoding, separator, [cell.strip() for cell in first.cells], skipped + above + 1, count)


def _encoding(file: BinaryIO) -> str:
    """Return the encoding of a file: UTF-8, UTF-16 or Windows-1252, which includes what Latin-1 prints."""
    head = file.read(HEAD)
    if not head.strip():
        raise Unreadable(_("The file is empty."))
    if head.startswith(OLD_WORKBOOK):
        raise Unreadable(
            _("This is an old or a locked Excel workbook. Open it, save it as “.xlsx” or “CSV UTF-8”, and import that.")
        )
    if head.startswith(DRAWN) or head[4:8] == b"ftyp":
        raise Unreadable(
            _(
                "This is a picture or a PDF, and no table can be read from it. Export the list from your other program"
                " as “.xlsx” or “CSV UTF-8”, and import that."
            )
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise Unreadable(
            _("This is a web page under another name. Open it, save it as “.xlsx” or “CSV UTF-8”, and import that.")
        )
    file.seek(0)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _wrong_encoding()
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return _checked_utf16(file, name)
    if len(head) >= 4 and 0 in (head[0], head[1]) and b"\0\0" not in head[:64]:
        return _checked_utf16(file, "utf-16-be" if head[0] == 0 else "utf-16-le")
    return _checked_bytes(file)


def _checked_utf16(file: BinaryIO, name: str) -> str:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for number, block in enumerate(iter(lambda: file.read(HEAD), b"")):
            text = decoder.decode(block)
            if "\0" in text:
                raise _binary(None)
            if not number and not any(separator in text for separator in (*SEPARATORS, "\n")):
                raise _wrong_encoding()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _wrong_encoding() from error
    return name


def _checked_bytes(file: BinaryIO) -> str:
    """Tell UTF-8 from Windows-1252, and text from what is none."""
    runs: Counter[bool] = Counter()
    for line in _lines_of_text(file):
        if not line.isascii():
            runs.update(_is_utf8(run) for run in re.findall(rb"[\x80-\xff]+", line))
    if not runs[False]:
        return "utf-8-sig"
    file.seek(0)
    try:
        for line in file:
            line.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _wrong_encoding() from error
    # Latin-1 text hardly ever holds what looks like UTF-8; a file that has both was pasted together.
    if runs[True] >= runs[False]:
        raise _wrong_encoding()
    return "cp1252"


def _lines_of_text(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines; a few with control characters may be among them, more make it no text."""
    number, broken = 0, []
    for number, line in enumerate(iter(lambda: file.readline(LINE_MAX), b""), start=1):
        if len(line) >= LINE_MAX:
            raise _endless(number)
        if not _is_text(line):
            broken.append(number)
            if number == 1 or len(broken) > BROKEN_MAX:
                raise _binary(number)
        yield line
    if len(broken) > number * BROKEN_SHARE_MAX:
        raise _binary(broken[0])


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_CONTROLS = bytes(set(range(32)) - PLAIN_CONTROLS)
_CONTROL = re.compile(f"[{re.escape(_CONTROLS.decode())}]")


def _is_text(line: bytes) -> bool:
    return len(line.translate(None, _CONTROLS)) == len(line)


def _binary(number: int | None) -> Unreadable:
    if number is None or number == 1:
        return Unreadable(_("This file holds no text, so it is no table. Save it as “CSV UTF-8” and import that file."))
    return Unreadable(
        _("Line %(line)s holds characters that no text has (NUL or other control characters).") % {"line": number}
    )


def _wrong_encoding() -> Unreadable:
    return Unreadable(
        _("The letters of this file are written neither in UTF-8 nor in UTF-16 nor in Windows-1252. Save it as UTF-8.")
    )


def _endless(number: int) -> Unreadable:
    return Unreadable(
        _("Line %(line)s has a field that does not end. Is a quotation mark missing there?") % {"line": number}
    )


def _open_text(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


def _separator(text: TextIO, is_header: Callable[[Sequence[str]], bool]) -> tuple[str, int]:
    """Return the separator, and how many lines before the table say what it is (Excel's `sep=;`)."""
    first = text.readline(LINE_MAX).strip("\r\n")
    if found := re.fullmatch(r"\ufeff?sep=(.)", first, re.IGNORECASE):
        return found[1], 1
    for line in (first, *itertools.islice(text, TOP - 1)):
        for separator in sorted(SEPARATORS, key=line.count, reverse=True):
            if is_header([cell.strip('\ufeff" \r\n') for cell in line.split(separator)]):
                return separator, 0
    outside = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=outside.count), 0


def _records(text: TextIO, separator: str) -> Iterator[Line]:
    """Yield the records; a single bad line carries its problem, a file that cannot go on raises Unreadable."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise _endless(number) from error
            yield Line(number, [], "quote")
            continue
        if any(len(cell) > FIELD_MAX for cell in cells):
            raise _endless(number)
        if any(_CONTROL.search(cell) for cell in cells):
            yield Line(number, [_CONTROL.sub("", cell) for cell in cells], "control")
        elif any(cells):
            yield Line(number, [DEFUSED.sub("", cell) if cell.startswith("'") else cell for cell in cells])
