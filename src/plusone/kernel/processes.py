"""Processes of the installation: a child that must not outlive its parent, and how little memory each holds."""

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from typing import Any

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8
TIDY_SECONDS = 120.0
RESTING_SHARE = 0.05  # of one core, at most, while it rests


def die_with_parent(parent: int) -> None:
    """Have this process killed when the process `parent`, which started it, ends in whatever way (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


def share_memory() -> None:
    """Let children forked from here on share what is loaded by now: call it once all is there.

    Python's collector writes on everything it looks at, and what a child has written on is no longer shared. It leaves
    alone what stands here now. What the loading alone needed goes back to the system.
    """
    gc.collect()
    trim = _libc("malloc_trim")
    if trim is not None:
        trim(0)
    gc.freeze()


def spare_memory() -> None:
    """Hold less memory from here on.

    Threads share one heap, so that what one of them gives back another can use, and what lies free at its end goes back
    to the system. Nobody waits for it: Python lets one thread at a time run anyway.
    """
    mallopt = _libc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_TRIM_THRESHOLD, 128 * 1024)


def tidy_at_rest(seconds: float = TIDY_SECONDS) -> None:
    """Whenever this process has rested for so long, give back what threads that ended have left behind.

    A thread's database connection stands in a ring of objects: it is closed when Python's collector comes by, and at
    rest that never does. Each holds 4 MB on SQLite, and on PostgreSQL one of the server's places. Not to be called
    before a fork.
    """
    threading.Thread(target=_tidy, args=[seconds], name="tidy", daemon=True).start()


def _tidy(seconds: float) -> None:
    trim = _libc("malloc_trim")
    while True:
        used = time.process_time()
        time.sleep(seconds)
        if time.process_time() - used < seconds * RESTING_SHARE:
            gc.collect()
            if trim is not None:
                trim(0)


def _libc(name: str) -> Any:
    """Return a function of the C library, or None: on another system, and with a library that has none of that name."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
