"""Faults on order, for tests that pull the plug: `PLUSONE_FAULTS="after_commit:crash:0.01,smtp:drop,ledger:sleep=5"`.

Each is `point:action[=milliseconds][:probability]`. The actions: `crash` (the process is gone, nothing is cleaned up),
`raise`, `drop` (the caller pretends that it was done) and `sleep=N`. Only with PLUSONE_ENV=test.
"""

import os
import random
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Fault(Exception):
    """A failure that a test has ordered."""


@dataclass(frozen=True)
class _Order:
    action: str
    milliseconds: float
    probability: float


def read(orders: Iterable[str]) -> dict[str, _Order]:
    """Read the setting. Raise ImproperlyConfigured with one sentence about what cannot be read."""
    found: dict[str, _Order] = {}
    for text in orders:
        point, _, rest = text.partition(":")
        what, _, chance = rest.partition(":")
        action, _, amount = what.partition("=")
        try:
            order = _Order(action, float(amount or 0), float(chance or 1))
        except ValueError:
            order = _Order("", 0, 1)
        if not point or order.action not in {"crash", "raise", "drop", "sleep"}:
            raise ImproperlyConfigured(f"PLUSONE_FAULTS: “{text}” is not point:action[=milliseconds][:probability].")
        found[point] = order
    return found


_orders = read(settings.FAULTS)


def hit(point: str) -> bool:
    """Stop here if a fault is ordered at `point`. True means: leave out what comes next, as if it had been done."""
    order = _orders.get(point)
    if order is None or random.random() >= order.probability:  # noqa: S311  # chance, not a secret
        return False
    if order.action == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if order.action == "raise":
        raise Fault(f"ordered at {point}")
    if order.action == "sleep":
        time.sleep(order.milliseconds / 1000)
    return order.action == "drop"
