"""A change that is done whole or not at all, and done again where it crossed another (DESIGN 1).

Two transactions that lock the same rows the other way round block each other, and PostgreSQL lets one of them give way:
nothing of it is done. Whoever pressed the button need not hear of that.
"""

from collections.abc import Callable
from functools import wraps

from django.db import OperationalError, transaction

TRIES = 3
CROSSED = {"40001", "40P01"}  # PostgreSQL: two transactions crossed, and this one gave way


def whole[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Run a command in a transaction of its own, again where it crossed another; inside a larger one it is a part of
    that, which is run again as a whole.

    The command reads its rows anew, so that nothing of a first try is left in what it was given.
    """

    @wraps(command)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return command(*args, **kwargs)
        return done_whole(lambda: command(*args, **kwargs))

    return inside


def done_whole[R](act: Callable[[], R]) -> R:
    """Do all of it in one transaction, and return what it returns. Run it again where it crossed another."""
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return act()
        except OperationalError as error:
            if not tries_left or getattr(error.__cause__, "sqlstate", "") not in CROSSED:
                raise
    raise AssertionError("the last try returns or raises")
