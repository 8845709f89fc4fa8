"""What looks again and again for work that time has made due: ends of holds, expiries, rules to run, roll-ups.

A sweep asks the rows, never a mark of its last run, so it may run late, twice or on a clock that went back. Of all
workers on a database one at a time runs a given sweep; but a sweep must be right without that, too.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import InterfaceError, OperationalError

from plusone.kernel.db.locks import alone

log = logging.getLogger("plusone.queue")

type Body = Callable[[datetime], int | None]

SLOWEST_AFTER_FAILURES_SECONDS = 60.0


@dataclass
class Sweep:
    """A registered sweep, and when this process runs it next (the machine's monotonic clock)."""

    body: Body
    every_seconds: float
    next_at: float = 0.0
    failures: int = field(default=0)

    @property
    def name(self) -> str:
        """Where its function lives."""
        return f"{self.body.__module__}.{self.body.__qualname__}"

    def run(self, now: datetime, *, wait: bool = False) -> int:
        """Run it unless another worker does; with `wait`, after that one. Return how many things it did."""
        with alone(self.name, wait=wait) as free:
            return int(self.body(now) or 0) if free else 0

    def run_safely(self, now: datetime) -> int:
        """Run it and plan its next time. An error is logged and makes it rarer for a while, for nobody else."""
        try:
            done = self.run(now)
        except Exception as error:  # one sweep's bug or an outage must not stop the others
            self.failures += 1
            outage = isinstance(error, (OperationalError, InterfaceError))  # where it struck says nothing
            message = "The sweep %s failed (%s times in a row): %s"
            log.error(message, self.name, self.failures, error, exc_info=None if outage else error)
            done = 0
        else:
            self.failures = 0
        pause = min(self.every_seconds * 2**self.failures, max(self.every_seconds, SLOWEST_AFTER_FAILURES_SECONDS))
        self.next_at = time.monotonic() + pause
        return done


registered: list[Sweep] = []


def sweep(*, every_seconds: float) -> Callable[[Body], Body]:
    """Register a function of `now` that each worker calls this often; it returns how many things it did (or None)."""

    def register(body: Body) -> Body:
        found = Sweep(body, every_seconds)
        assert found.name not in {known.name for known in registered}, f"two sweeps are called {found.name}"
        registered.append(found)
        return body

    return register


def run_due(now: datetime) -> int:
    """Run each sweep whose time has come. Return how many things they did."""
    at = time.monotonic()
    return sum(each.run_safely(now) for each in registered if each.next_at <= at)


def run_all(now: datetime) -> int:
    """Run every sweep now, waiting for those that another worker has in hand. An error gets out."""
    return sum(each.run(now, wait=True) for each in registered)


def next_in_seconds() -> float:
    """Return how long no sweep is due."""
    return max(0.0, min((each.next_at for each in registered), default=float("inf")) - time.monotonic())
