"""How the database keeps what it is given, as it says itself, and whether its clock is ours."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from plusone.kernel import guards
from plusone.kernel.queue import queries

from .fault import Fault

SKEW = timedelta(seconds=2)
WANTED: dict[str, dict[str, Any]] = {
    "sqlite": {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "transaction_mode": "IMMEDIATE"},
    "postgresql": {"synchronous_commit": "on", "fsync": "on", "superuser": False},
}
# What is safe, too: waiting for another server as well.
AS_GOOD: dict[str, set[Any]] = {"synchronous_commit": {"remote_write", "remote_apply"}, "synchronous": {3}}
FIXES = {
    "superuser": "Give Plusone a database user of its own, without superuser rights.",
    "journal_mode": "Keep the data folder on a local disk: a write-ahead log needs one.",
}


def facts() -> dict[str, Any]:
    """Return how the database keeps what it is given, as it says itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            names = ("journal_mode", "synchronous", "foreign_keys")
            found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
        return {
            "engine": "sqlite",
            "version": sqlite3.sqlite_version,
            **found,
            "transaction_mode": connection.settings_dict["OPTIONS"].get("transaction_mode", "DEFERRED"),
        }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync'),"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
        )
        row = cursor.fetchone() or ()
    return {
        "engine": "postgresql",
        **dict(zip(("version", "synchronous_commit", "fsync", "superuser"), row, strict=True)),
    }


def keeping() -> Iterator[Fault]:
    """Compare with what nothing is lost under."""
    found = facts()
    for name, value in WANTED[found["engine"]].items():
        if found[name] != value and found[name] not in AS_GOOD.get(name, ()):
            problem = f"The database says {name} = {found[name]}, not {value}."
            yield Fault(name, problem, FIXES.get(name, f"Set {name} to {value}."))


def clocks() -> Iterator[Fault]:
    """Compare our clock with the database's, with the disk's, and with what workers have stamped."""
    for whose, at in _other_clocks():
        apart = abs(timezone.now() - at)
        if apart > SKEW:
            problem = f"The clocks of this machine and of {whose} are {apart.total_seconds():.0f} seconds apart."
            yield Fault("clock", problem, "Have both set by NTP (`timedatectl set-ntp true`).")
            return
    ahead = queries.last_seen_at()
    if ahead is not None and ahead > timezone.now() + SKEW:
        problem = f"A worker signed on in the future, at {ahead:%Y-%m-%d %H:%M:%S} UTC: a clock was wrong, or is."
        yield Fault("clock", problem, "Have it set by NTP (`timedatectl set-ntp true`), and start the worker again.")


def guarded() -> Iterator[Fault]:
    """See that append-only tables still refuse."""
    missing = guards.missing(connection)
    if missing:
        problem = f"{len(missing)} guards of append-only tables are missing: {', '.join(missing[:3])}."
        yield Fault("guards", problem, "Run `plusone migrate`.")


def _other_clocks() -> Iterator[tuple[str, datetime]]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (theirs,) = cursor.fetchone() or (timezone.now(),)
        yield "the database", theirs
    with suppress(OSError), tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:  # nobody can write: said elsewhere
        file.write(b"x")
        file.flush()
        ours, theirs = time.time(), os.fstat(file.fileno()).st_mtime
        yield "the disk", timezone.now() + timedelta(seconds=theirs - ours)
