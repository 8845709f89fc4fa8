"""A migrated test database, made once for each state of the migrations and copied after that.

Applying all migrations takes seconds, on every start and in every process of a run. What they made is kept in pytest's
cache folder under a name that stands for their whole text, so that another migration means another database. Even so
each start lets `migrate` look at the copy, which adds what might be missing.
"""

import fcntl
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.apps import apps
from django.db import connection
from django.test.utils import setup_databases

import postgres

POSTGRES = os.environ.get("PLUSONE_TEST_ENGINE") == "postgres"


def install(folder: Path) -> object:
    """Set the test database up, from a copy if there is one; return what Django needs to take it down again."""
    kept = _kept(folder)
    if not kept.exists():
        with _one_at_a_time(folder):
            if not kept.exists():
                configuration = setup_databases(verbosity=0, interactive=False)
                _keep(kept)
                return configuration
    _copy(kept)
    return setup_databases(verbosity=0, interactive=False, keepdb=True)


def fill(url: str, folder: Path) -> None:
    """Put the copy into an empty database that a test has made for itself."""
    kept = _kept(folder)
    if POSTGRES:
        with psycopg.connect(url) as own:
            own.execute(kept.read_text())
    else:
        Path(url.removeprefix("sqlite:///")).write_bytes(kept.read_bytes())


def _kept(folder: Path) -> Path:
    return folder / f"{_state()}.{'sql' if POSTGRES else 'sqlite3'}"


def _state() -> str:
    """A name for all that a fresh database depends on."""
    digest = hashlib.sha256(f"{connection.vendor} {sys.version} {sqlite3.sqlite_version}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.name} {path.name} ".encode() + path.read_bytes())
    return digest.hexdigest()[:20]


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _keep(kept: Path) -> None:
    """Copy the database that was just made, and forget those of other states."""
    aside = kept.with_suffix(f".{os.getpid()}")
    if POSTGRES:
        text = _dump()
        if text is None:
            return
        aside.write_text(text)
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(aside)])
    for old in kept.parent.glob(f"*{kept.suffix}"):
        old.unlink(missing_ok=True)
    aside.rename(kept)


def _copy(kept: Path) -> None:
    """Put the copy where Django looks for the test database."""
    name = _test_name()
    if not POSTGRES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(kept.read_bytes())
        return
    server = os.environ["PLUSONE_DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as maintenance:
        maintenance.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        maintenance.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(urlunsplit(urlsplit(server)._replace(path=f"/{name}"))) as own:
        own.execute(kept.read_text())


def _test_name() -> str:
    return str(connection.creation._get_test_db_name())


def _dump() -> str | None:
    """Return the database as statements, or nothing if the server does not suit the pg_dump that is brought along."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
    url = urlunsplit(urlsplit(os.environ["PLUSONE_DATABASE_URL"])._replace(path=f"/{name}"))
    command = [postgres.program("pg_dump"), "--inserts", "--no-owner", "--no-privileges", "--dbname", url]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    # Lines that begin with a backslash are for psql alone.
    return re.sub(r"^\\.*$", "", said.stdout, flags=re.MULTILINE) if said.returncode == 0 else None
