"""Processes of the installation: a child that must not outlive its parent, and how little memory each holds."""

import ctypes
import gc
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8


def die_with_parent(parent: int) -> None:
    """Have this process killed when the process `parent`, which started it, ends in whatever way (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


def share_memory() -> None:
    """Let children forked from here on share what is loaded by now: call it once all is there.

    Python's collector writes on everything it looks at, and what a child has written on is no longer shared. It leaves
    alone what stands here now.
    """
    gc.collect()
    gc.freeze()


def spare_memory() -> None:
    """Hold less memory from here on.

    Threads share two heaps, so that what one of them gives back another can use, and what lies free at a heap's end
    goes back to the system.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:  # other C libraries have none
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_TRIM_THRESHOLD, 128 * 1024)
