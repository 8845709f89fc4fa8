"""A mail server that does not work is left alone for a while, so that other work goes on and it comes back in peace."""

import time
from datetime import timedelta
from threading import Lock

FIRST_SECONDS, LONGEST_SECONDS = 15.0, 300.0


class Rest:
    """How long nobody tries, in this process. It grows with each failure in a row and ends with the first success."""

    def __init__(self) -> None:
        self._until = 0.0
        self._failures = 0
        self._lock = Lock()

    def left(self) -> timedelta:
        """Return how long it still lasts."""
        return timedelta(seconds=max(0.0, self._until - time.monotonic()))

    def begin(self) -> None:
        """Note a failure that others would meet too. Those that were under way already do not lengthen the rest."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._failures += 1
                pause = min(FIRST_SECONDS * 2.0 ** (self._failures - 1), LONGEST_SECONDS)
                self._until = time.monotonic() + pause

    def end(self) -> None:
        """Note a success."""
        with self._lock:
            self._until, self._failures = 0.0, 0
