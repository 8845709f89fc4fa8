"""Tasks for the tests of the queue. Their effects are rows of a table of their own, so that a second one shows."""

import os
import time
from datetime import timedelta
from pathlib import Path

from django.db import connection

from plusone.kernel.queue import Later, Permanent, task


def note(what: str) -> None:
    """Leave a trace in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_effects (what, process) VALUES (%s, %s)", [what, os.getpid()])


@task()
def add(what: str) -> str:
    note(what)
    return f"added {what}"


@task(atomic=False)
def add_outside(what: str) -> None:
    note(what)


@task(priority=5)
def add_urgently(what: str) -> None:
    note(what)


@task()
def add_slowly(what: str, begun: str, seconds: float) -> None:
    note(what)
    Path(begun).touch()
    time.sleep(seconds)


@task(atomic=False)
def work_outside(what: str, begun: str, seconds: float) -> None:
    Path(begun).touch()
    time.sleep(seconds)
    note(what)


@task(attempts_max=3, first_pause_seconds=10)
def fail(what: str) -> None:
    note(what)
    raise ValueError(f"no {what}")


@task()
def fail_for_good() -> None:
    raise Permanent("that address does not exist")


@task()
def ask_for_a_pause() -> None:
    raise Later(timedelta(minutes=2))


@task(attempts_max=2)
def kill_the_worker() -> None:
    os.kill(os.getpid(), 9)


@task()
def add_and_enqueue(what: str) -> None:
    note(what)
    add.enqueue(f"{what}, then")
