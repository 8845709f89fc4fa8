"""A file of whatever kind as a table: names of columns, a number of lines, and the lines one at a time."""

from pathlib import Path

from .columns import is_header
from .files import Table, is_workbook, read_text_table
from .workbooks import Workbook, read_workbook


def read_table(path: Path) -> Table | Workbook:
    """Look through a file, judged by what is in it and not by its name. Raise Unreadable in one sentence."""
    return read_workbook(path, is_header) if is_workbook(path) else read_text_table(path, is_header)
