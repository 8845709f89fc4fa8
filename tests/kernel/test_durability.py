"""What was acknowledged is kept: on the disk before the answer, in each copy, past an end by signal and an outage."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from machine_room import until
from test_server import children

import postgres
import prepared
from howoften import before_a_release, often
from served import Installation, Shop, broken_in, buying

pytestmark = [pytest.mark.slow, before_a_release]
ON_POSTGRES = os.environ["PLUSONE_TEST_ENGINE"] == "postgres"
on_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="PostgreSQL writes its own files")
on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="SQLite is no server")

WATCHED = "pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg"
NORMAL = """
from plusone.settings import *
DATABASES["default"]["OPTIONS"]["init_command"] = (
    DATABASES["default"]["OPTIONS"]["init_command"].replace("synchronous = FULL", "synchronous = NORMAL")
)
"""


@pytest.fixture
def here(migrated_url: str, tmp_path: Path) -> Installation:
    """Studio Vela on a database of its own."""
    made = Installation(tmp_path / "data", migrated_url)
    made.open_business()
    return made


def test_the_doctor_names_how_the_database_keeps(here: Installation) -> None:
    """TRUST DUR-1, asked of the program and, on PostgreSQL, of a server that is told nothing else."""
    if ON_POSTGRES:
        name = urlsplit(here.database).path[1:]
        with psycopg.connect(here.database, autocommit=True) as sql:
            sql.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')  # as PostgreSQL is without the tests
    said = json.loads(here.plusone("doctor", "--json", fails=True).stdout)["database"]
    if ON_POSTGRES:
        assert said["synchronous_commit"] == "on"
        with psycopg.connect(here.database) as sql:
            assert sql.execute("SHOW synchronous_commit").fetchone() == ("on",)
    else:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "transaction_mode": "IMMEDIATE"}
        assert said | wanted == said


def unflushed(trace: str) -> tuple[int, int]:
    """Return how many answers 201 a trace holds, and how many left before the log of the database was on the disk."""
    answers = early = 0
    dirty = written = False
    for line in trace.splitlines():
        if re.search(r"\bpwrite64\(\d+<[^>]*-wal>", line):
            dirty = written = True
        elif re.search(r"\bf(?:data)?sync\(\d+<[^>]*-wal>", line):
            dirty = False
        elif "HTTP/1.1 201" in line:
            answers += 1
            early += dirty or not written
            written = False
    return answers, early


@pytest.mark.skipif(ON_POSTGRES or not shutil.which("strace"), reason="the calls of SQLite are seen by strace")
@pytest.mark.parametrize("lax", [False, True], ids=["full", "control"])
def test_an_answer_leaves_after_the_disk_has_it(here: Installation, tmp_path: Path, lax: bool) -> None:
    """TRUST DUR-2: between the write of each redemption and its 201 the system is told to flush.

    The control: with synchronous=NORMAL it is not.
    """
    if lax:
        (tmp_path / "lax_settings.py").write_text(NORMAL)
        here.env |= {"PYTHONPATH": f"{tmp_path}:{here.env['PYTHONPATH']}", "DJANGO_SETTINGS_MODULE": "lax_settings"}
    calls, count = tmp_path / "calls", 20
    under = ("strace", "-f", "-y", "-qq", "-s", "16", "-o", str(calls), "-e", f"trace={WATCHED}")
    with here.serving("--no-worker", under=under) as strace:
        shop = Shop.opened(here)
        assert [shop.redeem().status for _ in range(count)] == [201] * count
        [server] = children(strace.pid)
        os.kill(server, signal.SIGKILL)
        strace.wait(30)
    answers, early = unflushed(calls.read_text())
    assert answers >= count
    assert (early > count / 2) if lax else early == 0


@on_sqlite
def test_each_moment_is_whole(here: Installation, tmp_path: Path) -> None:
    """TRUST DUR-3: the files as a power cut might leave them hold all that was acknowledged until then, and no half."""
    database = Path(here.database.removeprefix("sqlite:///"))
    with here.serving() as server:
        shop = Shop.opened(here)
        with buying(shop, hands=4) as told:
            until(lambda: told.orders)
            for moment in range(often(6, 100)):
                time.sleep(0.05 + moment % 7 / 50)
                known = told.acknowledged()
                everybody = [server.pid, *children(server.pid)]
                for pid in everybody:
                    os.kill(pid, signal.SIGSTOP)
                try:
                    copy = tmp_path / f"copy{moment}.sqlite3"
                    for suffix in ("", "-wal"):
                        shutil.copyfile(f"{database}{suffix}", f"{copy}{suffix}")
                finally:
                    for pid in everybody:
                        os.kill(pid, signal.SIGCONT)
                assert broken_in(f"sqlite:///{copy}", known) == []
        assert len(told.orders) > 10
        assert (told.others, told.broken) == ([], [])
    assert broken_in(here.database, ["paid never"]) == ["I8 paid never: there 0 times"], "the control"


def test_an_end_by_signal_loses_nothing_and_breaks_no_line(here: Installation) -> None:
    """TRUST DUR-6: who is being answered gets the answer, who comes too late is refused, and the exit is 0."""
    with here.serving() as server:
        shop = Shop.opened(here)
        with buying(shop, hands=8) as told:
            until(lambda: len(told.orders) > 40)
            began = time.monotonic()
            server.terminate()
            assert server.wait(30) == 0
            assert time.monotonic() - began < 30
            time.sleep(0.2)
    assert len(told.orders) > 20
    assert (told.broken, told.others) == ([], [])
    assert told.refused
    assert broken_in(here.database, told.acknowledged()) == []


def test_backups_under_load_are_whole(here: Installation, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """TRUST DUR-9: each holds what was acknowledged before it began, and restores elsewhere with the books right."""
    with here.serving():
        shop = Shop.opened(here)
        with buying(shop, hands=2, pause=0.02) as told:
            copies = []
            until(lambda: told.orders)
            for number in range(often(2, 12)):
                time.sleep(often(0.5, 10))
                known = told.acknowledged()
                here.plusone("backup", str(tmp_path / f"copy{number}"))
                copies.append((tmp_path / f"copy{number}", known))
        assert (told.others, told.broken) == ([], [])
    for number, (copy, known) in enumerate(copies):
        with elsewhere(tmp_path, number) as url:
            there = Installation(tmp_path / f"there{number}", url)
            there.plusone("restore", str(copy))
            assert known
            assert broken_in(url, known) == []
    docs = Path(__file__).resolve().parents[2] / "docs" / "operate.md"
    assert "not with `cp`" in docs.read_text()


@contextmanager
def elsewhere(tmp_path: Path, number: int) -> Iterator[str]:
    """An empty database on another machine."""
    if not ON_POSTGRES:
        yield f"sqlite:///{tmp_path / f'there{number}.sqlite3'}"
        return
    server, name = os.environ["PLUSONE_DATABASE_URL"], f"there_{os.getpid()}_{number}"
    with psycopg.connect(server, autocommit=True) as sql:
        sql.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        sql.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def frail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "subprocess.Popen[bytes]", Path]]:
    """A PostgreSQL of its own that keeps what it acknowledges, to be cut off."""
    folder = Path(tempfile.mkdtemp(prefix="plusone-pg-"))
    folder.chmod(0o755)
    url, server = postgres.start(folder, "synchronous_commit=on")
    running = [server]
    yield url, running, folder
    postgres.stop(running[-1])
    shutil.rmtree(folder, ignore_errors=True)


@on_postgres
def test_an_outage_of_postgresql_is_waited_out(
    frail_server: tuple[str, "list[subprocess.Popen[bytes]]", Path],
    tmp_path: Path,
    pytestconfig: pytest.Config,
    django_db_setup: None,
) -> None:
    """TRUST DUR-8, OPS-2: while PostgreSQL starts anew people are told to come back, then all goes on by itself."""
    url, running, folder = frail_server
    prepared.fill(url, pytestconfig.cache.mkdir("databases"))
    here = Installation(tmp_path / "data", url)
    here.open_business()
    with here.serving() as server:
        shop = Shop.opened(here)
        with buying(shop, hands=4, pause=0.01) as told:
            for _round in range(often(2, 10)):
                sold = len(told.orders)
                until(lambda sold=sold: len(told.orders) > sold + 10)
                running[-1].send_signal(signal.SIGQUIT)  # pg_ctl stop -m immediate
                running[-1].wait(30)
                assert here.call("GET", "/livez").status == 200
                ready = here.call("GET", "/readyz")
                assert (ready.status, ready.text[:39]) == (503, "not ready: the database does not answer")
                time.sleep(0.5)
                running.append(postgres.start_again(running[-1], folder, url))
                back, sold = time.monotonic(), len(told.orders)
                until(lambda sold=sold: len(told.orders) > sold, seconds=10)
                print(f"served again {time.monotonic() - back:.1f} s after PostgreSQL was there")
        assert server.poll() is None
        assert told.broken == []
        assert {(answer.status, "retry-after" in answer.headers) for answer in told.others} == {(503, True)}
        assert here.call("GET", "/readyz").text == "ready\n"
    assert broken_in(url, told.acknowledged()) == []
