"""Started by test_announcement.py: for each habit on stdin it forks a `plusone worker`, and tells its number.

Forked from a program that is loaded already, a worker begins at once, so that many can be killed in a short test. The
careful one is the program as it is; each of the others has one habit of a colleague in a hurry, for the controls.
"""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import django

django.setup()

from plusone.faces.cli import worker  # noqa: E402
from plusone.messaging.channels import email  # noqa: E402
from plusone.messaging.commands import delivery  # noqa: E402
from plusone.messaging.models import Message  # noqa: E402


def careful() -> None:
    """Sends, and then notes it."""


def hasty() -> None:
    """Notes a mail as sent before the mail server has it."""

    def hand_to(channel: Any, message: Message, now: datetime) -> None:
        delivery._close(message, Message.State.SENT, now)
        channel.deliver(message)

    delivery._hand_to = hand_to


def lazy() -> None:
    """Notes all mails of a batch together, when the last has left."""
    connected = email.Email.together

    @contextmanager
    def together(self: Any, business: Any = None) -> Iterator[None]:
        self.unnoted = []
        with connected(self, business):
            yield
        for message, now in self.unnoted:
            delivery._close(message, Message.State.SENT, now)

    def hand_to(channel: Any, message: Message, now: datetime) -> None:
        channel.deliver(message)
        channel.unnoted.append((message, now))

    email.Email.together = together  # type: ignore[method-assign]
    delivery._hand_to = hand_to


HABITS: dict[str, Callable[[], None]] = {habit.__name__: habit for habit in (careful, hasty, lazy)}


def main() -> None:
    """Fork a worker for each line."""
    own = os.getpid()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                HABITS[line.strip()]()
                worker.command(parent=own)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
