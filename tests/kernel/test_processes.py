"""How little memory a process holds once it rests (issue “Monday”: 200 MB)."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from plusone.kernel.processes import tidy_at_rest


class Ring:
    """Something that holds itself, as the database connection of a thread does."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """As at rest: nothing is made, so Python's collector does not come by."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_collector")
def test_what_ended_threads_left_behind_goes_at_rest() -> None:
    left: list[weakref.ref[Ring]] = []
    thread = threading.Thread(target=lambda: left.append(weakref.ref(Ring())))
    thread.start()
    thread.join()
    assert left[0]() is not None
    tidy_at_rest(0.2)
    until = time.monotonic() + 10
    while left[0]() is not None and time.monotonic() < until:
        time.sleep(0.1)
    assert left[0]() is None
