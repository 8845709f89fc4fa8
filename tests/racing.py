"""Things done at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connections


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
