"""A consistent copy of the database while it is used, and back from one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from . import schema
from .locks import alone


class NoCopy(Exception):
    """Why a copy could not be made or used, in one sentence."""


def back_up(target: Path) -> None:
    """Write a consistent copy to `target` and note that there is one. Raise NoCopy, also where nothing is there yet."""
    with alone("upgrade", wait=True):  # nobody could come back to what is half made
        if schema.is_empty():
            raise NoCopy("There is nothing to copy yet: start the server, or run `plusone migrate`, first.")
        copy(target)
    (Path(settings.DATA_DIR) / "last_backup").touch()


def copy(target: Path) -> None:
    """Write a consistent copy to `target`, whole or not at all. Writers go on meanwhile. Raise NoCopy."""
    aside = target.with_name(f".{target.name}.part")
    try:
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)  # all that is known of everybody is in it
        if connection.vendor == "sqlite":
            _back_up_sqlite(aside)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={aside}")
        _to_disk(aside)
        aside.replace(target)
        _to_disk(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise NoCopy(f"{target} cannot be written: {error}.") from error
    finally:
        with suppress(OSError):  # where nothing could be written there is nothing to take away
            aside.unlink(missing_ok=True)


def restore(source: Path) -> Path | None:
    """Make the database what it was in the copy `source`, then bring it up to date. Raise NoCopy.

    Return where what was there before is kept (None where there was nothing).
    """
    if not source.is_file():
        raise NoCopy(f"There is no file {source}.")
    kept = _restore_sqlite(source) if connection.vendor == "sqlite" else _restore_postgresql(source)
    schema.migrate(anyway=True)
    return kept


def _back_up_sqlite(aside: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(aside)) as to:
        # All pages in one step: one snapshot, however much is written meanwhile.
        connection.connection.backup(to, pages=-1)
        to.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
        _insist_on_whole(to, aside)


def _restore_sqlite(source: Path) -> Path | None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as given:
        try:
            _insist_on_whole(given, source)
            applied = set(given.execute("SELECT app, name FROM django_migrations"))
        except sqlite3.Error as error:
            raise NoCopy(f"{source} is no backup of Plusone on SQLite: {error}.") from error
        if "kernel" not in {app for app, _ in applied} or applied - set(schema.known()):
            raise NoCopy(f"{source} was made by another version of Plusone, which this one does not know.")
        kept = _keep_present()
        live = str(connection.settings_dict["NAME"])
        connection.close()
        # SQLite writes it as one transaction: a crash half-way leaves what was there before.
        try:
            with closing(sqlite3.connect(live, timeout=30)) as target:
                given.backup(target, pages=-1)
        except sqlite3.Error as error:
            if kept is not None:  # of what is as it was nobody needs a copy, least of all on a full disk
                kept.unlink(missing_ok=True)
            raise NoCopy(f"{live} cannot be written: {error}.") from error
    return kept


def _restore_postgresql(source: Path) -> Path | None:
    _run("pg_restore", "--list", str(source), database=False)  # a file that is no backup changes nothing
    kept = _keep_present()
    try:
        # All that is ours goes first: a table that is younger than the backup would be in the way of its migration.
        _drop_everything()
        _read_postgresql(source)
    except NoCopy:
        if kept is not None:
            _drop_everything()
            _read_postgresql(kept)
        raise
    return kept


def _read_postgresql(source: Path) -> None:
    _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(source))


def _drop_everything() -> None:
    quote = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {quote(table)} CASCADE")
    connection.close()


def _keep_present() -> Path | None:
    if schema.is_empty():
        return None
    suffix = "sqlite3" if connection.vendor == "sqlite" else "dump"
    kept = Path(settings.DATA_DIR) / f"before-restore-{timezone.now():%Y%m%d-%H%M%S}.{suffix}"
    copy(kept)
    return kept


def _insist_on_whole(copy: sqlite3.Connection, path: Path) -> None:
    (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise NoCopy(f"{path} is damaged: {found}.")


def _run(program: str, *arguments: str, database: bool = True) -> None:
    """Run one of PostgreSQL's own programs on our database."""
    path = shutil.which(program)
    if path is None:
        raise NoCopy(f"{program} is not installed; on PostgreSQL it makes and reads the copies.")
    known: dict[str, Any] = connection.settings_dict
    environment = {
        "PGHOST": known["HOST"] or known["OPTIONS"].get("host", ""),
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
    }
    given = {name: str(value) for name, value in environment.items() if value}
    connection.close()
    command = [path, *arguments, *([f"--dbname={known['NAME']}"] if database else [])]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NoCopy(
            f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason'}"
        )


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
