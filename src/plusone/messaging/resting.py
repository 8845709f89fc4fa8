"""A mail server that does not work is left alone for a while, so that other work goes on and it comes back in peace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

from plusone.kernel.queue import Later

FIRST_SECONDS, LONGEST_SECONDS = 15.0, 300.0
SLOW_SECONDS = 5.0


class Rest:
    """How long nobody tries, in this process. It grows with each failure in a row and ends with the first success."""

    def __init__(self, *, is_proven: bool = True) -> None:
        self._until = 0.0
        self._failures = 0
        self._is_proven = is_proven
        self._lock = Lock()

    @property
    def is_in_doubt(self) -> bool:
        """Whether the server has failed last, or is not known to work yet."""
        return bool(self._failures) or not self._is_proven

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

    def end(self, *, seconds: float = 0.0) -> None:
        """Note a success, and whether it took so long that the server stays in doubt."""
        with self._lock:
            self._until, self._failures, self._is_proven = 0.0, 0, seconds < SLOW_SECONDS


# Of all businesses' own servers that are in doubt one is tried at a time: who keeps us waiting takes one thread of a
# worker, and the others go on with everybody else's mail.
_doubtful = Lock()
DOUBT_PAUSE = timedelta(seconds=3)


def waits_for_doubt(rest: Rest) -> timedelta:
    """Return how long to leave a server alone because another one in doubt is being tried."""
    return DOUBT_PAUSE if rest.is_in_doubt and _doubtful.locked() else timedelta(0)


@contextmanager
def one_in_doubt(rest: Rest) -> Iterator[None]:
    """Try a server; one in doubt alone. Raise Later while another one is tried."""
    if not rest.is_in_doubt:
        yield
        return
    if not _doubtful.acquire(blocking=False):
        raise Later(DOUBT_PAUSE, "another mail server in doubt is being tried")
    try:
        yield
    finally:
        _doubtful.release()
