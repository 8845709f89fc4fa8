"""The disk, the database's file, and what pages load."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection

from plusone.kernel.db.outages import why_not_writable

from .fault import Fault

FREE_SHARE = 0.10
NEEDED = ("ui/tokens.css", "ui/parts.css", "ui/ui.js")


def disk() -> Iterator[Fault]:
    """Look for room where the data is, and whether it may be used."""
    if why := why_not_writable():
        problem = f"Nothing can be kept: {why} ({settings.DATA_DIR})."
        yield Fault(
            "data_folder", problem, "Make room, let Plusone write there, or see what the disk has met (`dmesg`)."
        )
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
    if connection.connection is None and _log_is_off(path):
        problem = "The write-ahead log was off (journal_mode is not wal): readers and writers were in each other's way."
        fix = "It is on again now; keep the data folder on a local disk, and other programs from changing the file."
        yield Fault("journal_mode", problem, fix)


def _log_is_off(path: Path) -> bool:
    """Ask SQLite, never the file: closing a file takes this process's locks on it from all its connections.

    Whoever leaves the database next would then believe to be the last, and throw away the log that they write into.
    """
    # A damaged file is another check's to find.
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as raw:
        [mode] = raw.execute("PRAGMA journal_mode").fetchone()
        return bool(mode != "wal")
    return False


def pages() -> Iterator[Fault]:
    """See that style and scripts are there to be served."""
    missing = [name for name in NEEDED if not finders.find(name)]
    if missing:
        yield Fault("static_files", f"Pages lack {', '.join(missing)}.", "Install Plusone again, as a whole.")
