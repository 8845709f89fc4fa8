"""SQLite's writers go in the order they came, and nobody can keep the turn for ever."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, close_old_connections, transaction
from django.db.transaction import Atomic
from django.db.utils import ConnectionHandler

from plusone.kernel.db.sqlite.base import DatabaseWrapper, writes
from plusone.kernel.db.sqlite.processes import Turnstile
from plusone.kernel.db.sqlite.turns import turns_of

ENGINE = "plusone.kernel.db.sqlite"


class House:
    """One file, and a connection to it for each thread."""

    def __init__(self, path: Path, timeout: float) -> None:
        options = {"transaction_mode": "IMMEDIATE", "timeout": timeout, "init_command": "PRAGMA journal_mode = WAL"}
        self.handler = ConnectionHandler({"default": {"ENGINE": ENGINE, "NAME": str(path), "OPTIONS": options}})
        self.path = path
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY, who TEXT)")

    @property
    def connection(self) -> Any:
        return self.handler["default"]

    def atomic(self) -> Atomic:
        """A transaction on this thread's connection (Django's own `atomic` looks in its own connections)."""
        return transaction.atomic(using="turns")

    def seen(self) -> list[str]:
        with sqlite3.connect(self.path) as raw:
            return [who for (who,) in raw.execute("SELECT who FROM seen ORDER BY id")]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock():  # a database of its own, not the test's
        found = House(tmp_path / "turns.sqlite3", timeout=5)
        # `atomic` finds its connection through django.db.transaction.get_connection.
        monkeypatch.setattr(transaction, "get_connection", lambda using=None: found.connection)
        yield found
        found.handler.close_all()


def in_thread(house: House, body: Any) -> threading.Thread:
    def run() -> None:
        try:
            body()
        finally:
            house.connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def write(house: House, who: str) -> None:
    with house.connection.cursor() as cursor:
        cursor.execute("INSERT INTO seen (who) VALUES (%s)", [who])


def in_line(house: House) -> int:
    return len(turns_of(str(house.path))._line)


def until_in_line(house: House, count: int) -> None:
    end = time.monotonic() + 10
    while in_line(house) < count:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_writers_go_in_the_order_they_came(house: House) -> None:
    """On Django's own backend the order is chance: whoever asks again at the right moment (seen to fail there)."""
    threads = []
    with house.atomic():
        write(house, "first")
        for number in range(8):

            def one(number: int = number) -> None:
                with house.atomic():
                    write(house, f"in a transaction {number}")

            def other(number: int = number) -> None:
                write(house, f"by itself {number}")

            threads.append(in_thread(house, one if number % 2 else other))
            until_in_line(house, number + 1)
    for thread in threads:
        thread.join()
    expected = [f"in a transaction {number}" if number % 2 else f"by itself {number}" for number in range(8)]
    assert house.seen() == ["first", *expected]


def test_the_turn_comes_back_after_errors_of_every_kind(house: House) -> None:
    def refused() -> None:
        with house.atomic():
            write(house, "rolled back")
            raise ValueError

    def bad_sql() -> None:
        with house.connection.cursor() as cursor:
            cursor.execute("INSERT INTO nowhere VALUES (1)")

    def closed_in_mid_transaction() -> None:
        with house.atomic():
            write(house, "closed")
            house.connection.close()

    for body, error in ((refused, ValueError), (bad_sql, OperationalError), (closed_in_mid_transaction, None)):
        if error:
            with pytest.raises(error):
                body()
        else:
            body()
        in_thread(house, lambda: write(house, "free")).join(5)
    assert house.seen() == ["free"] * 3


def test_the_turn_of_a_dead_thread_is_passed_on_and_its_work_undone(house: House) -> None:
    """Without `_end_if_abandoned` the second writer gives up after its timeout: seen to fail."""
    left_behind: list[DatabaseWrapper] = []

    def die_in_mid_transaction() -> None:
        left_behind.append(house.connection)  # as a traceback in a log handler might keep it
        house.connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        write(house, "never")

    thread = threading.Thread(target=die_in_mid_transaction)
    thread.start()
    thread.join()
    before = time.monotonic()
    write(house, "second")
    assert time.monotonic() - before < 4  # its timeout is 5
    assert house.seen() == ["second"]
    left_behind[0].inc_thread_sharing()
    left_behind[0].close()


def test_who_waits_too_long_is_told_as_sqlite_tells_it(house: House) -> None:
    house.connection.settings_dict["OPTIONS"]["timeout"] = 5
    errors: list[BaseException] = []

    def impatient() -> None:
        house.connection.settings_dict["OPTIONS"]["timeout"] = 0.2
        try:
            write(house, "late")
        except OperationalError as error:
            errors.append(error)

    with house.atomic():
        write(house, "long")
        in_thread(house, impatient).join()
        assert in_line(house) == 0, "who has gone does not stand in line"
    assert [str(error) for error in errors] == ["database is locked"]
    in_thread(house, lambda: write(house, "next")).join()
    assert house.seen() == ["long", "next"]


def test_a_write_that_returns_rows_is_committed_at_once(house: House) -> None:
    cursor = house.connection.cursor()
    cursor.execute("INSERT INTO seen (who) VALUES ('a'), ('b'), ('c') RETURNING who")
    in_thread(house, lambda: write(house, "d")).join()
    assert house.seen() == ["a", "b", "c", "d"]
    assert cursor.fetchone() == ("a",)
    assert cursor.fetchmany(1) == [("b",)]
    assert list(cursor) == [("c",)]
    assert cursor.fetchone() is None


def test_readers_stand_in_no_line(house: House) -> None:
    with house.atomic():
        write(house, "writing")

        def read() -> None:
            with house.connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM seen")
                assert cursor.fetchone() == (0,)

        in_thread(house, read).join(3)
    close_old_connections()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1", False),
        ("  select 1", False),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("WITH x AS (SELECT 1) UPDATE y SET a = 1", True),
        ("INSERT INTO x VALUES (1)", True),
        ("BEGIN", False),
        ("BEGIN IMMEDIATE", True),
        ("BEGIN EXCLUSIVE", True),
        ("SAVEPOINT a", False),
        ('RELEASE SAVEPOINT "a"', False),
        ("ROLLBACK TO SAVEPOINT a", False),
        ("PRAGMA foreign_keys", False),
        ("CREATE TABLE x (a)", True),
        ("VACUUM", True),
        ("SELECTION_OF_NOTHING", True),
    ],
)
def test_what_writes(query: str, expected: bool) -> None:
    assert writes(query) is expected


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def test_a_process_that_waits_goes_before_one_that_comes_again(tmp_path: Path) -> None:
    """With the door alone whoever left is in again before the other has looked: seen to fail."""
    first, second = Turnstile(str(tmp_path / "file")), Turnstile(str(tmp_path / "file"))
    order: list[str] = []

    def wait() -> None:
        assert second.enter(soon())
        order.append("second")
        time.sleep(0.05)
        second.leave()

    for _ in range(3):
        assert first.enter(soon())
        order.append("first")
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.05)
        first.leave()
        assert first.enter(soon())
        order.append("first again")
        first.leave()
        thread.join()
    assert order == ["first", "second", "first again"] * 3


def test_a_process_that_waits_in_vain_leaves_the_turnstile_free(tmp_path: Path) -> None:
    inside, waiting, other = (Turnstile(str(tmp_path / "file")) for _ in range(3))
    assert inside.enter(soon())
    assert not waiting.enter(soon(0.05))
    assert not other.enter(soon(0.05))
    inside.leave()
    assert waiting.enter(soon(0.05))


def test_a_process_lets_others_in_after_a_while(tmp_path: Path) -> None:
    inside = Turnstile(str(tmp_path / "file"))
    assert not inside.is_overdue()
    assert inside.enter(soon())
    assert not inside.is_overdue()
    time.sleep(0.03)
    assert inside.is_overdue()


def test_a_child_does_not_hold_its_parents_turn(house: House) -> None:
    """Without `Turnstile.forget` the child goes through with its parent's lock: seen to fail."""

    def try_to_write(answers: Any) -> None:
        answers.put(turns_of(str(house.path)).take(house.connection, timeout=0.2))

    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    with house.atomic():
        write(house, "parent")
        child = context.Process(target=try_to_write, args=[answers])
        child.start()
        child.join()
        assert answers.get() is False
