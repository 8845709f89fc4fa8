"""The turn among the processes on one SQLite file, by two file locks: a turnstile before a door.

Who wants in locks the turnstile, waits there for the door, and frees the turnstile once inside. So a process that
leaves and wants in again at once finds the turnstile taken by the one that waits, and goes after it. The operating
system frees the locks of a process that dies.
"""

import contextlib
import fcntl
import os
import time

# How long a process may let its own writers follow each other while another waits.
STAY_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.005


class Turnstile:
    """This process's way in to the file at `path`. Used by one thread at a time: the one whose turn it is here."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._files: tuple[int, int] | None = None
        self._entered_at: float | None = None

    def enter(self, deadline: float) -> bool:
        """Come in, or stay in. False when it was not our turn by `deadline` (monotonic)."""
        if self._entered_at is not None:
            return True
        turnstile, door = self._open()
        if not _lock(turnstile, deadline):
            return False
        try:
            if not _lock(door, deadline):
                return False
        finally:
            fcntl.flock(turnstile, fcntl.LOCK_UN)
        self._entered_at = time.monotonic()
        return True

    def is_overdue(self) -> bool:
        """Say whether we have been inside long enough for another process to have a turn."""
        return self._entered_at is not None and time.monotonic() - self._entered_at > STAY_SECONDS

    def leave(self) -> None:
        """Go out, if we are in."""
        if self._entered_at is not None and self._files is not None:
            self._entered_at = None
            fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def forget(self) -> None:
        """Use files of our own: a child shares its parent's, and with them the parent's locks."""
        files, self._files, self._entered_at = self._files, None, None
        for file in files or ():
            with contextlib.suppress(OSError):
                os.close(file)

    def _open(self) -> tuple[int, int]:
        if self._files is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            names = (f"{self._path}-turnstile", f"{self._path}-door")
            self._files = (os.open(names[0], flags, 0o600), os.open(names[1], flags, 0o600))
        return self._files


def _lock(file: int, deadline: float) -> bool:
    """Lock a file; asked for again and again, because a wait of the system's own could not be ended at a time."""
    pause = 0.0002
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        else:
            return True
