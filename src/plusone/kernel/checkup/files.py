"""The disk, the database's file, and what pages load."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection

from .fault import Fault

FREE_SHARE = 0.10
# Bytes 18 and 19 of an SQLite file say how it is written: 2 with a write-ahead log, 1 without.
HEADER_LENGTH, WITH_LOG = 20, b"\x02\x02"
NEEDED = ("ui/tokens.css", "ui/parts.css", "ui/ui.js")


def disk() -> Iterator[Fault]:
    """Look for room where the data is."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    if usage.free < usage.total * FREE_SHARE:
        problem = f"Only {usage.free >> 20} MB ({usage.free * 100 // usage.total} %) are free for {settings.DATA_DIR}."
        yield Fault("disk", problem, "Make room, or move the data folder (PLUSONE_DATA_DIR).")


def database() -> Iterator[Fault]:
    """Look at SQLite's file from outside."""
    if connection.vendor != "sqlite":
        return
    path = Path(str(connection.settings_dict["NAME"]))
    if not path.exists():
        return
    if path.stat().st_mode & stat.S_IRWXO:
        yield Fault("database_file", f"Others can read {path}.", f"Run `chmod 600 {path}`.")
    with path.open("rb") as file:
        header = file.read(HEADER_LENGTH)
    if connection.connection is None and len(header) == HEADER_LENGTH and header[18:] != WITH_LOG:
        problem = "The write-ahead log was off (journal_mode is not wal): readers and writers were in each other's way."
        fix = "It is on again now; keep the data folder on a local disk, and other programs from changing the file."
        yield Fault("journal_mode", problem, fix)


def pages() -> Iterator[Fault]:
    """See that style and scripts are there to be served."""
    missing = [name for name in NEEDED if not finders.find(name)]
    if missing:
        yield Fault("static_files", f"Pages lack {', '.join(missing)}.", "Install Plusone again, as a whole.")
