"""Whose turn it is to write: one first-come, first-served lock for each SQLite file.

SQLite lets one connection write at a time and has the others ask again after a pause that grows to 100 ms; whoever asks
at the right moment wins, so under load an unlucky writer waits for many seconds. Here the next in line is woken when
the one before it has committed. Among the processes on one file a turnstile (`processes`) does the same.
"""

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from typing import Protocol

from .processes import Turnstile

# How often someone in line looks whether the writer still lives. Finds only one that died in mid-transaction.
LOOK_SECONDS = 0.25


class Writer(Protocol):
    """What takes turns: something with a raw connection, which may be rolled back after its thread has died."""

    @property
    def connection(self) -> sqlite3.Connection | None:
        """The raw connection, if it is open."""
        ...

    @property
    def allow_thread_sharing(self) -> bool:
        """Whether other threads than the one that began may end a transaction."""
        ...


class _Place:
    """One writer's place in line, and later its turn."""

    __slots__ = ("gate", "thread", "writer")

    def __init__(self, writer: Writer) -> None:
        self.writer = weakref.ref(writer)
        self.thread = threading.current_thread()
        self.gate = threading.Lock()
        self.gate.acquire()


class Turns:
    """The line of writers of one file; without a `turnstile` it is nobody else's."""

    def __init__(self, turnstile: Turnstile | None = None) -> None:
        self._turnstile = turnstile
        self._mutex = threading.Lock()
        self._holder: _Place | None = None
        self._line: deque[_Place] = deque()

    def take(self, writer: Writer, timeout: float) -> bool:
        """Wait for `writer`'s turn; False when it has not come within `timeout` seconds. Not re-entrant."""
        deadline = time.monotonic() + timeout
        if not self._take_here(_Place(writer), deadline):
            return False
        # Only the one whose turn it is here goes through, so the turnstile needs no lock of its own.
        if self._turnstile is None or self._turnstile.enter(deadline):
            return True
        self.give_back(writer)
        return False

    def _take_here(self, place: _Place, deadline: float) -> bool:
        with self._mutex:
            if self._holder is None and not self._line:
                self._holder = place
                return True
            self._line.append(place)
        while True:
            # Looked at before the first wait too: a turn that was left behind should cost nobody a pause.
            self._end_if_abandoned()
            left = deadline - time.monotonic()
            if place.gate.acquire(timeout=max(0.0, min(left, LOOK_SECONDS))):
                return True
            if left <= 0:
                return self._leave_line(place)

    def give_back(self, writer: Writer) -> None:
        """End `writer`'s turn and wake the next in line. Nothing happens if it is not its turn."""
        with self._mutex:
            if self._holder is not None and self._holder.writer() is writer:
                self._pass_on()

    def reset(self) -> None:
        """Forget everybody: the child of a fork has none of its parent's threads, and stands before the turnstile."""
        self._mutex = threading.Lock()
        self._holder = None
        self._line.clear()
        if self._turnstile is not None:
            self._turnstile.forget()

    def _leave_line(self, place: _Place) -> bool:
        with self._mutex:
            if self._holder is place:  # the turn came between the last wait and here
                return True
            self._line.remove(place)
            return False

    def _pass_on(self) -> None:
        self._holder = self._line.popleft() if self._line else None
        if self._turnstile is not None and (self._holder is None or self._turnstile.is_overdue()):
            self._turnstile.leave()
        if self._holder is not None:
            self._holder.gate.release()

    def _end_if_abandoned(self) -> None:
        """Take the turn from a writer whose thread has died or which is no more, with what it had not committed."""
        with self._mutex:
            holder = self._holder
            if holder is None:
                return
            writer = holder.writer()
            if writer is not None and (writer.allow_thread_sharing or holder.thread in threading.enumerate()):
                return
            if writer is not None and writer.connection is not None:
                # If it is closed already, SQLite has rolled it back itself.
                with contextlib.suppress(sqlite3.Error):
                    writer.connection.rollback()
            self._pass_on()


_turns: dict[str, Turns] = {}
_turns_mutex = threading.Lock()


def turns_of(database: str) -> Turns:
    """Return the line of writers of this file (a path or an SQLite URI)."""
    is_file = not database.startswith("file:")
    key = os.path.realpath(database) if is_file else database
    with _turns_mutex:
        if key not in _turns:
            _turns[key] = Turns(Turnstile(key) if is_file else None)
        return _turns[key]


def _forget_the_parents_threads() -> None:
    global _turns_mutex
    _turns_mutex = threading.Lock()
    for turns in _turns.values():
        turns.reset()


os.register_at_fork(after_in_child=_forget_the_parents_threads)
