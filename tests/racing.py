"""Things done at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable
from contextlib import suppress

from django.db import connection, connections

ON_POSTGRES = connection.vendor == "postgresql"


def meeting() -> Callable[[], None]:
    """Return a place where one runner of a race waits for another, so that a control fails always and not by luck.

    SQLite lets one writer in at a time: the other cannot come, so nobody is waited for longer than a moment there.
    """
    pair = threading.Barrier(2)
    met = threading.Event()

    def meet() -> None:
        if threading.current_thread() is threading.main_thread():  # the story before the race: nobody runs beside it
            return
        # Once two have met, the race has gone wrong already: a third one without a fourth need not wait for long.
        patience_seconds = 0.02 if not ON_POSTGRES else 0.2 if met.is_set() else 5
        with suppress(threading.BrokenBarrierError):
            pair.wait(patience_seconds)
            met.set()

    return meet


def race(*runners: Callable[[], object], seconds: float = 30) -> list[object]:
    """Start all at once and wait for all. Return what each returned, or the exception that it raised."""
    gate = threading.Barrier(len(runners))
    outcomes: list[object] = [None] * len(runners)

    def run(number: int, runner: Callable[[], object]) -> None:
        try:
            gate.wait(seconds)
            outcomes[number] = runner()
        except Exception as error:  # an outcome, for the test to judge
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a runner did not end"
    return outcomes
