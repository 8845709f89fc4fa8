"""Which process a worker is, said so that another process on the same machine can tell whether it still runs."""

import os
import secrets
import socket
from pathlib import Path

_PROC = Path("/proc")


def _machine() -> str:
    """Name this boot of this machine and its set of process numbers (a container has its own); "" where unknown."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        numbers = (_PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return f"{boot[:13]}-{numbers}"


def _started(pid: int) -> str:
    """Return when a process started, in the kernel's ticks: its number alone may have been given out again."""
    try:
        # The second field, the program's name in brackets, may hold spaces.
        state, *rest = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state == "Z" else rest[18]


def own_name() -> str:
    """Return a name for this process that nobody else has or gets."""
    machine = _machine()
    if not machine:
        return f"{socket.gethostname()[:40]}/{os.getpid()}/{secrets.token_hex(4)}"
    return f"{machine}/{os.getpid()}/{_started(os.getpid())}"


def has_died(name: str) -> bool:
    """Say whether the worker called `name` ran on this machine and is gone. False where that cannot be known."""
    machine, _, process = name.partition("/")
    pid, _, started = process.partition("/")
    return bool(machine) and machine == _machine() and pid.isdecimal() and _started(int(pid)) != started
