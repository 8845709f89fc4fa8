"""The bell between whoever enqueues and the worker in the same process. Other workers look twice a second."""

import threading

bell = threading.Event()


def ring() -> None:
    """Wake the worker of this process, if there is one."""
    bell.set()
