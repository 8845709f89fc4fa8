"""A lock by name among all processes on the same database, which nobody can leave behind."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet

TURNS = 17  # the space of names of `take_turns`, apart from that of `alone`


@contextmanager
def alone(name: str, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock called `name`. Yield False if another has it and we do not `wait`.

    On PostgreSQL it belongs to the session, on SQLite to a file in the data folder: it never outlives its process.
    """
    if connection.vendor == "postgresql":
        with _advisory_lock(zlib.crc32(f"plusone {name}".encode()), wait=wait) as free:
            yield free
    else:
        with _file_lock(name, wait=wait) as free:
            yield free


def take_turns(*names: str) -> None:
    """Let everybody else who names one of these wait until this transaction ends.

    PostgreSQL locks the names, in one order for all; on SQLite whoever writes is alone already.
    """
    assert connection.in_atomic_block, "a turn ends with its transaction"
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for number in sorted({zlib.crc32(f"plusone turn {name}".encode()) for name in names}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TURNS, number - 2**31])


def locked_row[Row: Model](rows: QuerySet[Row], pk: int) -> Row:
    """Return one of some rows as it is now, with what it points to, locked until the transaction ends.

    Locked first and read then: PostgreSQL shows to whoever waited a row as it has become, and beside it what the one
    before pointed to. Of an order that is another client's by now it would find nothing.
    """
    if connection.features.has_select_for_update:
        rows.model._base_manager.select_for_update().values_list("pk").get(pk=pk)
    return rows.get(pk=pk)


@contextmanager
def in_use() -> Iterator[None]:
    """Say, while the block runs, that this process serves or works on the installation (see `unused`)."""
    with _lock_file("in_use").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def unused() -> Iterator[bool]:
    """Keep servers and workers of this data folder from starting. Yield False if one runs already."""
    with _file_lock("in_use", wait=False) as free:
        yield free


@contextmanager
def _advisory_lock(number: int, *, wait: bool) -> Iterator[bool]:
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
            free = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            (free,) = cursor.fetchone() or (False,)
    try:
        yield bool(free)
    finally:
        if free:
            _advisory_unlock(number)


def _advisory_unlock(number: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
    except DatabaseError:
        # The lock belongs to the session: without the session it is gone, and not kept from everybody for ever.
        connection.close()


@contextmanager
def _file_lock(name: str, *, wait: bool) -> Iterator[bool]:
    with _lock_file(name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _lock_file(name: str) -> Path:
    folder = Path(settings.DATA_DIR) / "locks"
    folder.mkdir(exist_ok=True)
    return folder / name
