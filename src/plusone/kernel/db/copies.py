"""A consistent copy of the database while it is used, and back from one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from . import schema


class NoCopy(Exception):
    """Why a copy could not be made or used, in one sentence."""


def back_up(target: Path) -> None:
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
        (Path(settings.DATA_DIR) / "last_backup").touch()
    except (OSError, sqlite3.Error) as error:
        raise NoCopy(f"{target} cannot be written: {error}.") from error
    finally:
        aside.unlink(missing_ok=True)


def restore(source: Path) -> Path | None:
    """Make the database what it was in the copy `source`, then bring it up to date. Raise NoCopy.

    Return where what was there before is kept (SQLite; None where there was nothing).
    """
    if not source.is_file():
        raise NoCopy(f"There is no file {source}.")
    if connection.vendor != "sqlite":
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(source))
        schema.migrate(anyway=True)
        return None
    kept = _restore_sqlite(source)
    schema.migrate(anyway=True)
    return kept


def _back_up_sqlite(aside: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(aside)) as copy:
        # All pages in one step: one snapshot, however much is written meanwhile.
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
        _insist_on_whole(copy, aside)


def _restore_sqlite(source: Path) -> Path | None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
        try:
            _insist_on_whole(copy, source)
            applied = set(copy.execute("SELECT app, name FROM django_migrations"))
        except sqlite3.Error as error:
            raise NoCopy(f"{source} is no backup of Plusone on SQLite: {error}.") from error
        if "kernel" not in {app for app, _ in applied} or applied - set(schema.known()):
            raise NoCopy(f"{source} was made by another version of Plusone, which this one does not know.")
        kept = _keep_present()
        live = str(connection.settings_dict["NAME"])
        connection.close()
        # SQLite writes it as one transaction: a crash half-way leaves what was there before.
        with closing(sqlite3.connect(live, timeout=30)) as target:
            copy.backup(target, pages=-1)
    return kept


def _keep_present() -> Path | None:
    if schema.is_empty():
        return None
    kept = Path(settings.DATA_DIR) / f"before-restore-{timezone.now():%Y%m%d-%H%M%S}.sqlite3"
    kept.touch(mode=0o600)
    _back_up_sqlite(kept)
    return kept


def _insist_on_whole(copy: sqlite3.Connection, path: Path) -> None:
    (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise NoCopy(f"{path} is damaged: {found}.")


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on our database."""
    path = shutil.which(program)
    if path is None:
        raise NoCopy(f"{program} is not installed; on PostgreSQL it makes and reads the copies.")
    database: dict[str, Any] = connection.settings_dict
    environment = {
        "PGHOST": database["HOST"] or database["OPTIONS"].get("host", ""),
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
    }
    given = {name: str(value) for name, value in environment.items() if value}
    connection.close()
    command = [path, *arguments, f"--dbname={database['NAME']}"]
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
