"""What an import remembers about the lines it has read: in a file of its own that ends with it, not in memory.

The file belongs to nobody's data: it holds keys, line numbers and row ids.
"""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Self


class Scratch:
    """Keys seen so far, and the recommendations to look at when all lines are read."""

    def __enter__(self) -> Self:
        """Open an empty one."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            """PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
            CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE counted (key TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE said (line INTEGER PRIMARY KEY, friend INTEGER NOT NULL, ambassador TEXT NOT NULL);"""
        )
        self._db.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget everything."""
        self._db.close()

    def first_line(self, key: str, line: int) -> int:
        """Return the line where `key` stood first: `line` itself when it is new."""
        row = self._db.execute(
            "INSERT INTO seen (key, line) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET line = line RETURNING line",
            (key, line),
        ).fetchone()
        return int(row[0])

    def line_of(self, key: str) -> int | None:
        """Return the line where `key` stood first, or None."""
        row = self._db.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else None

    def times(self, key: str) -> int:
        """Return how often `key` was counted, this time included."""
        row = self._db.execute(
            "INSERT INTO counted (key, times) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1"
            " RETURNING times",
            (key,),
        ).fetchone()
        return int(row[0])

    def keep_recommendation(self, line: int, friend: int, by: str) -> None:
        """Keep that the client of `line` was recommended by somebody who may stand further down."""
        self._db.execute("INSERT INTO said (line, friend, ambassador) VALUES (?, ?, ?)", (line, friend, by))

    def recommendations(self, size: int) -> Iterator[list[tuple[int, int, str]]]:
        """Yield (line, friend, by) in the order of the lines, in batches."""
        rows = self._db.execute("SELECT line, friend, ambassador FROM said ORDER BY line")
        while batch := rows.fetchmany(size):
            yield batch
