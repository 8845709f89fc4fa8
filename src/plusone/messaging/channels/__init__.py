"""How messages leave the house: one module with one class per channel.

@channels
class Sms(Channel):
    '''Text messages through a provider.'''

    name, label = "sms", _("SMS")

    def is_ready(self) -> bool: ...
    def address_of(self, reader: Client | User) -> str: ...
    def deliver(self, message: Message) -> None: ...
"""

from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise

from plusone.clients.models import Client
from plusone.kernel.models import User
from plusone.kernel.queue import Permanent
from plusone.kernel.registry import Registry
from plusone.messaging.models import Message


class Bounced(Permanent):
    """The address does not exist: it is not written to again."""


class Channel:
    """One way out."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    # Where it reaches people who are at something else: promotions keep quiet hours and a weekly limit there.
    disturbs: ClassVar[bool] = True
    # What it hands over is there at once, without a task of its own.
    is_instant: ClassVar[bool] = False

    def is_ready(self) -> bool:
        """Say whether this installation can send by it. While it cannot, messages wait."""
        raise NotImplementedError

    def address_of(self, reader: Client | User) -> str:
        """Return where it reaches somebody; empty where it does not."""
        raise NotImplementedError

    def together(self) -> AbstractContextManager[None]:
        """Open what several deliveries in a row can share, such as a connection."""
        return nullcontext()

    def deliver(self, message: Message) -> None:
        """Hand the message over, within seconds.

        Raise `kernel.queue.Permanent` where no repetition would help, anything else to be asked again after a pause. It
        may be asked again after a success that could not be noted: it must then be recognisable as the same message.
        """
        raise NotImplementedError

    def rests(self) -> timedelta:
        """Return how long nothing should be tried, because what carries the messages has failed a moment ago."""
        return timedelta(0)


channels: Registry[type[Channel]] = Registry("channel")
