"""`plusone doctor`: it finds each fault, and none where there is none (TRUST OPS-9, OPS-14, DEL-7)."""

import os
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from plusone.kernel import checkup, dns
from plusone.kernel.checkup import database, files
from plusone.kernel.models import QueuedTask, WorkerSeen

pytestmark = pytest.mark.django_db


class MailServer(socketserver.StreamRequestHandler):
    """As much of SMTP as a greeting takes."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


@pytest.fixture
def mail_port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


RECORDS = {
    "gym.example": ["v=spf1 include:mail.example ~all", "some other text"],
    "s1._domainkey.gym.example": ["v=DKIM1; k=rsa; p=MIIBIjAN"],
    "_dmarc.gym.example": ["v=DMARC1; p=quarantine"],
}


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the name servers say; a name may be given other records."""
    known = dict(RECORDS)
    monkeypatch.setattr(dns.Live, "texts", lambda self, name: known.get(name, []))
    return known


@pytest.fixture
def good(settings: Any, tmp_path: Path, mail_port: int, records: dict[str, list[str]]) -> Any:
    """An installation in which all is well."""
    settings.DEFAULT_FROM_EMAIL, settings.DKIM_SELECTOR = "Gym <hello@gym.example>", ""
    settings.UNKNOWN_SETTINGS = {}
    settings.ENV = "production"
    settings.DATA_DIR = tmp_path
    settings.BASE_URL = "https://gym.example"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{mail_port}"
    backend = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"host": "127.0.0.1", "port": mail_port}}}
    (tmp_path / "last_backup").touch()
    (tmp_path / "secret_key").touch(mode=0o600)
    if connection.vendor == "sqlite":
        Path(str(connection.settings_dict["NAME"])).chmod(0o600)
    now = timezone.now()
    WorkerSeen.objects.create(name="one", started_at=now, seen_at=now)
    return settings


def names() -> set[str]:
    found = checkup.faults()
    assert all(fault.fix for fault in found)
    # The PostgreSQL that the tests bring along runs without fsync, and its user may do everything.
    return {fault.name for fault in found} - {"fsync", "synchronous_commit", "superuser"}


def test_no_fault_where_all_is_well(good: Any) -> None:
    assert names() == set()


def test_the_test_database_says_how_it_keeps_things(engine: str) -> None:
    facts = database.facts()
    if engine == "sqlite":
        wanted = {"engine": "sqlite", "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert {**facts, **wanted, "transaction_mode": "IMMEDIATE"} == facts
    else:
        assert set(facts) == {"engine", "version", "synchronous_commit", "fsync", "superuser"}


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("BASE_URL", "http://gym.example", "base_url"),
        ("BASE_URL", "http://127.0.0.1:8000", "base_url"),
        ("DEBUG", True, "debug"),
        ("ENV", "test", "env"),
        ("SECRET_KEY", "short", "secret_key"),
        ("SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz", "secret_key"),
        ("SECRET_KEY", "x" * 60, "secret_key"),
        ("UNKNOWN_SETTINGS", {"PLUSONE_BASEURL": "PLUSONE_BASE_URL"}, "unknown_setting"),
        ("DEFAULT_FROM_EMAIL", "root@localhost", "email_sender"),
        ("EMAIL_URL", "", "email"),
    ],
)
def test_a_setting_that_is_wrong(good: Any, setting: str, value: Any, fault: str) -> None:
    setattr(good, setting, value)
    assert names() == {fault}


def test_a_demo_on_this_machine_needs_no_certificate(good: Any) -> None:
    good.ENV, good.BASE_URL = "demo", "http://127.0.0.1:8000"
    assert names() == set()


@pytest.mark.parametrize(("address", "more"), [("https://gym.example", set()), ("http://192.168.1.7", {"base_url"})])
def test_a_demo_that_others_reach(good: Any, address: str, more: set[str]) -> None:
    """OPS-9: it answers to every name, its mails can be read, and no backup is asked for: not for real clients."""
    good.ENV, good.BASE_URL = "demo", address
    assert names() == {"demo"} | more
    [found] = [fault for fault in checkup.faults() if fault.name == "demo"]
    assert (address in found.problem, "PLUSONE_ENV=production" in found.fix) == (True, True)


def test_a_mail_server_that_is_not_there(good: Any) -> None:
    good.MAILERS = {"default": {**good.MAILERS["default"], "OPTIONS": {"host": "127.0.0.1", "port": 1}}}
    assert names() == {"email_server"}


def test_files_that_others_can_read(good: Any, tmp_path: Path, engine: str) -> None:
    (tmp_path / "secret_key").chmod(0o644)
    if engine == "sqlite":
        Path(str(connection.settings_dict["NAME"])).chmod(0o644)
    assert names() == {"secret_key_file"} | ({"database_file"} if engine == "sqlite" else set())


def test_a_full_disk_and_an_old_backup(good: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        total, free = 100 << 30, 9 << 30

    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: Usage)
    (tmp_path / "last_backup").unlink()
    assert names() == {"disk", "backup"}


def test_a_backup_of_the_day_before_yesterday(good: Any, tmp_path: Path) -> None:
    """OPS-9: more than 24 hours, and not one that took a while."""
    for hours, found in ((24.4, set()), (25, {"backup"})):
        at = (timezone.now() - timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / "last_backup", (at, at))
        assert names() == found


def test_a_worker_that_is_gone_and_work_that_lies(good: Any) -> None:
    now = timezone.now()
    WorkerSeen.objects.update(seen_at=now - timedelta(minutes=2))
    fields = {"path": "some.task", "queue": "default", "priority": 0, "enqueued_at": now}
    QueuedTask.objects.create(due_at=now - timedelta(minutes=2), **fields)
    QueuedTask.objects.create(due_at=now, status="FAILED", finished_at=now, **fields)
    assert names() == {"worker", "queue", "failed_tasks"}


def test_a_guard_that_is_missing(good: Any) -> None:
    with connection.cursor() as cursor:
        on = " ON events_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER events_event_refuse_update{on}")
    assert names() == {"guards"}


def test_a_migration_that_is_missing(good: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'rules'")
    assert names() == {"migrations"}


@pytest.mark.parametrize(
    ("name", "said", "fault"),
    [
        ("gym.example", [], "spf"),
        ("gym.example", ["v=spf1 +all"], "spf"),
        ("gym.example", ["v=spf1 mx ~all", "v=spf1 include:other.example ~all"], "spf"),
        ("s1._domainkey.gym.example", [], "dkim"),
        ("s1._domainkey.gym.example", ["v=DKIM1; p="], "dkim"),
        ("_dmarc.gym.example", [], "dmarc"),
        ("_dmarc.gym.example", ["v=DMARC1; rua=mailto:a@gym.example"], "dmarc"),
    ],
)
def test_a_domain_whose_mail_looks_forged(
    good: Any, records: dict[str, list[str]], name: str, said: list[str], fault: str
) -> None:
    records[name] = said
    assert names() == {fault}
    [found] = checkup.faults() if connection.vendor == "sqlite" else [f for f in checkup.faults() if f.name == fault]
    assert "gym.example" in found.problem + found.fix


def test_a_subdomain_has_the_policy_of_its_parent_and_a_selector_can_be_named(
    good: Any, records: dict[str, list[str]]
) -> None:
    records |= {"mail.gym.example": ["v=spf1 mx -all"], "own._domainkey.mail.gym.example": ["p=MII"]}
    good.DEFAULT_FROM_EMAIL, good.DKIM_SELECTOR = "hello@mail.gym.example", "own"
    assert names() == set()


def test_name_servers_that_do_not_answer_are_no_fault(good: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: dns.Live, name: str) -> list[str]:
        raise dns.NoAnswer("timeout")

    monkeypatch.setattr(dns.Live, "texts", silent)
    assert names() == set()


def test_a_clock_that_was_wrong(good: Any) -> None:
    WorkerSeen.objects.update(seen_at=timezone.now() + timedelta(hours=1))
    assert names() == {"clock"}


@pytest.mark.django_db(transaction=True)
def test_a_log_that_was_switched_off_and_careless_writing(
    good: Any, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "postgres":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        found = {fault.name: fault.fix for fault in checkup.faults()}
        connection.close()
        assert found["synchronous_commit"] == "Set synchronous_commit to on."
        assert "user of its own" in found["superuser"], "the PostgreSQL of the tests has one user, who may do all"
        return
    true = database.facts()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")
    assert names() == {"synchronous"}
    connection.close()
    # Said instead of done: to switch the log off nobody else may have the file open, and other threads here do.
    monkeypatch.setattr(database, "facts", lambda: {**true, "journal_mode": "delete"})
    assert names() == {"journal_mode"}


def test_looking_leaves_everybody_their_locks(good: Any, engine: str) -> None:
    """Else the next program to leave the database believes to be the last, and takes along what we write."""
    if engine == "postgres":
        return
    path = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(path, isolation_level=None)) as somebody:
        somebody.execute("PRAGMA journal_mode = WAL")
        somebody.execute("SELECT count(*) FROM django_migrations").fetchone()
        log = Path(f"{path}-wal").stat().st_ino
        checkup.faults()
        other = (
            f"import sqlite3; c = sqlite3.connect({path!r}); c.execute('SELECT 1 FROM django_migrations'); c.close()"
        )
        subprocess.run([sys.executable, "-c", other], check=True)
        assert Path(f"{path}-wal").stat().st_ino == log
