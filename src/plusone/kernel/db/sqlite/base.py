"""The backend that settings name: Django's for SQLite, with turns taken in order (see `turns`)."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.backends.sqlite3 import base

from .turns import Turns, turns_of

_READS = re.compile(r"\s*(?:SELECT|PRAGMA|EXPLAIN|VALUES|SAVEPOINT|RELEASE|ROLLBACK|COMMIT|END|ATTACH|DETACH)\b", re.I)
_WITH = re.compile(r"\s*WITH\b", re.I)
_BEGINS_READING = re.compile(r"\s*BEGIN\s*(?:DEFERRED\b|TRANSACTION\b|;|$)", re.I)
_CHANGES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.I)


def writes(query: str) -> bool:
    """Say whether this statement takes SQLite's write lock. In doubt yes: the price is a turn, not an error."""
    if _READS.match(query) or _BEGINS_READING.match(query):
        return False
    return not _WITH.match(query) or _CHANGES.search(query) is not None


class TurnCursor(base.SQLiteCursorWrapper):
    """A cursor whose writes wait for their turn."""

    db: "DatabaseWrapper"
    _rows: list[Any] | None = None

    def execute(self, query: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> "TurnCursor":  # type: ignore[override]  # the stubs leave the body untyped
        """Run a statement, when it writes in its turn."""
        took = self.db.take_turn(query)
        try:
            super().execute(query, params)
            if took:
                self._finish_at_once()
        finally:
            self.db.end_turn_unless_in_transaction()
        return self

    def executemany(self, query: str, param_list: Iterable[Any]) -> "TurnCursor":
        """Run a statement for each of the parameters, all in one turn."""
        self.db.take_turn(query)
        try:
            super().executemany(query, param_list)
        finally:
            self.db.end_turn_unless_in_transaction()
        return self

    def _finish_at_once(self) -> None:
        """Read the rows of a write outside a transaction now: SQLite commits it when its last row is read."""
        if self.connection.in_transaction or self.description is None:
            return
        rows = self._rows = self.fetchall()

        def fetchmany(size: int | None = 1) -> list[Any]:
            return [rows.pop(0) for _ in range(min(size or 1, len(rows)))]

        # On the instance, so that the common case, a cursor without such rows, pays nothing.
        self.fetchmany = fetchmany  # type: ignore[method-assign]
        self.fetchone = lambda: rows.pop(0) if rows else None  # type: ignore[method-assign]
        self.fetchall = lambda: fetchmany(len(rows)) if rows else []  # type: ignore[method-assign]

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # an iterator over the same rows
        if self._rows is not None:
            return iter(self.fetchall())
        return super().__iter__()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn before it writes, and gives it back however its transaction ends."""

    _has_turn = False

    _turns: Turns

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Open the file, and find its line of writers."""
        name = str(conn_params["database"])
        # A private database in memory has one connection, and so a line of its own.
        self._turns = turns_of(name) if not self.is_in_memory_db() or "cache=shared" in name else Turns()
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    def create_cursor(self, name: Any = None) -> TurnCursor:
        """Make a cursor that takes turns."""
        cursor: TurnCursor = self.connection.cursor(factory=TurnCursor)
        cursor.db = self
        return cursor

    def take_turn(self, query: str) -> bool:
        """Wait in line if `query` writes and it is not our turn yet. Say whether the turn was taken now."""
        if self._has_turn or not writes(query):
            return False
        timeout = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        if not self._turns.take(self, timeout):
            raise sqlite3.OperationalError("database is locked")
        self._has_turn = True
        return True

    def end_turn_unless_in_transaction(self) -> None:
        """Give the turn back once nothing is left to commit."""
        if self._has_turn and not self.connection.in_transaction:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turns.give_back(self)

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # the stubs leave Django's inner methods out
        finally:
            # A commit that failed leaves its transaction open, and Django rolls it back next.
            if self.connection is not None:
                self.end_turn_unless_in_transaction()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave Django's inner methods out
        finally:
            if self.connection is not None:
                self.end_turn_unless_in_transaction()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave Django's inner methods out
        finally:
            self._end_turn()
