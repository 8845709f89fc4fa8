"""Whether an installation is in good order: each fault in a sentence, with what mends it (`plusone doctor`)."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import mailers
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from plusone.kernel import guards
from plusone.kernel.db import schema
from plusone.kernel.queue import queries

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
FREE_SHARE, FREE_BYTES = 0.10, 20 << 30
BACKUP_WITHIN = timedelta(hours=26)
SKEW_SECONDS = 2.0
SECRET_LENGTH = 32
FAILED_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong, and what mends it."""

    name: str
    problem: str
    fix: str


def faults() -> list[Fault]:
    """Look everything over. What needs the database is left out where it does not answer or is not up to date."""
    found = [fault for check in (_settings, _secret, _mail, _disk, _files, _backup) for fault in check()]
    try:
        pending = schema.pending()
        found += _database()
        if pending:
            found.append(Fault("migrations", f"{len(pending)} migrations are pending.", "Run `plusone migrate`."))
            return found
        return [*found, *_guards(), *_work()]
    except (DatabaseError, InterfaceError) as error:
        problem = f"The database does not answer: {str(error).strip()}"
        return [*found, Fault("database", problem, "Start the database, or correct PLUSONE_DATABASE_URL.")]


def database_facts() -> dict[str, Any]:
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


def _settings() -> Iterator[Fault]:
    url = urlsplit(settings.BASE_URL)
    local = url.hostname in LOOPBACK
    if local and settings.ENV == "production":
        yield Fault(
            "base_url", f"{settings.BASE_URL} leads nowhere from outside this machine.", "Set PLUSONE_BASE_URL."
        )
    elif url.scheme != "https" and not local:
        yield Fault(
            "base_url",
            f"{settings.BASE_URL} is not encrypted: logins and codes can be read on the way.",
            "Put a proxy that speaks TLS before it and set PLUSONE_BASE_URL to its https:// address.",
        )
    if settings.DEBUG:
        yield Fault("debug", "Django's debug mode is on.", "Take DEBUG out of the settings.")
    if settings.ENV == "test":
        yield Fault("env", "This is a test installation.", "Take PLUSONE_ENV=test out of the environment.")


def _secret() -> Iterator[Fault]:
    kept = Path(settings.DATA_DIR) / "secret_key"
    if len(settings.SECRET_KEY) < SECRET_LENGTH:
        yield Fault(
            "secret_key", "The secret key is short enough to be guessed.", "Take PLUSONE_SECRET_KEY away; one is made."
        )
    if kept.exists() and _others_may(kept, stat.S_IRWXG | stat.S_IRWXO):
        yield Fault("secret_key_file", f"Others can read {kept}.", f"Run `chmod 600 {kept}`.")


def _mail() -> Iterator[Fault]:
    if not settings.EMAIL_URL:
        yield Fault("email", "No mail leaves the house: it waits in the database.", "Set PLUSONE_EMAIL_URL.")
        return
    try:
        mailer = mailers["default"]
        mailer.open()
        mailer.close()
    except OSError as error:  # smtplib's errors are among them
        yield Fault("email_server", f"The mail server does not take us: {error}", "Correct PLUSONE_EMAIL_URL.")


def _disk() -> Iterator[Fault]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    if usage.free < usage.total * FREE_SHARE and usage.free < FREE_BYTES:
        problem = f"Only {usage.free >> 20} MB ({usage.free * 100 // usage.total} %) are free for {settings.DATA_DIR}."
        yield Fault("disk", problem, "Make room, or move the data folder (PLUSONE_DATA_DIR).")


def _files() -> Iterator[Fault]:
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        if path.exists() and _others_may(path, stat.S_IRWXO):
            yield Fault("database_file", f"Others can read {path}.", f"Run `chmod 600 {path}`.")


def _backup() -> Iterator[Fault]:
    if settings.ENV != "production":
        return
    try:
        last = datetime.fromtimestamp((Path(settings.DATA_DIR) / "last_backup").stat().st_mtime, UTC)
    except OSError:
        yield Fault("backup", "No backup has been made yet.", "Have `plusone backup FILE` run every day.")
        return
    if timezone.now() - last > BACKUP_WITHIN:
        yield Fault(
            "backup", f"The last backup is of {last:%Y-%m-%d %H:%M} UTC.", "Have `plusone backup FILE` run daily."
        )


def _database() -> list[Fault]:
    facts = database_facts()
    wanted: dict[str, Any] = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "transaction_mode": "IMMEDIATE",
    }
    if facts["engine"] == "postgresql":
        wanted = {"synchronous_commit": "on", "fsync": "on", "superuser": False}
    fixes = {"superuser": "Give Plusone a database user of its own, without superuser rights."}
    found = [
        Fault(
            name, f"The database says {name} = {facts[name]}, not {value}.", fixes.get(name, f"Set {name} to {value}.")
        )
        for name, value in wanted.items()
        if facts[name] != value
    ]
    return [*found, *_clock(facts)]


def _clock(facts: dict[str, Any]) -> Iterator[Fault]:
    if facts["engine"] != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone() or (timezone.now(),)
    apart = abs((timezone.now() - theirs).total_seconds())
    if apart > SKEW_SECONDS:
        problem = f"The clocks of this machine and of the database are {apart:.0f} seconds apart."
        yield Fault("clock", problem, "Have both set by NTP.")


def _guards() -> Iterator[Fault]:
    missing = guards.missing(connection)
    if missing:
        problem = f"{len(missing)} guards of append-only tables are missing: {', '.join(missing[:3])}."
        yield Fault("guards", problem, "Run `plusone migrate`.")


def _work() -> Iterator[Fault]:
    if not queries.workers_alive():
        yield Fault(
            "worker",
            "No background worker runs: mail waits, holds do not end.",
            "Run `plusone serve` or `plusone worker`.",
        )
    if queries.is_stuck():
        late = queries.longest_overdue()
        yield Fault("queue", f"Due work has been waiting for {late.seconds} seconds.", "See what the worker logs.")
    failed = queries.failed(since=timezone.now() - FAILED_WITHIN)
    if count := failed.count():
        problem = f"{count} tasks failed for good within a day, the last one {failed[0].path}."
        yield Fault("failed_tasks", problem, "See what the worker logged about them.")


def _others_may(path: Path, rights: int) -> bool:
    return bool(path.stat().st_mode & rights)
