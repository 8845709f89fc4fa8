"""How messages leave the house: one module with one class per channel.

@channels
class Sms(Channel):
    '''Text messages through a provider.'''

    name, label = "sms", _("SMS")

    def is_ready(self, business: Business | None) -> bool: ...
    def address_of(self, reader: Client | User) -> str: ...
    def deliver(self, message: Message) -> None: ...
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise

from plusone.clients.models import Client
from plusone.kernel.models import Business, User
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

    def is_ready(self, business: Business | None) -> bool:
        """Say whether messages of a business (None: of the installation) can be sent by it. Until then they wait."""
        raise NotImplementedError

    def ready_for(self) -> Iterable[int]:
        """Return the businesses that can send by it where the installation cannot."""
        return ()

    def address_of(self, reader: Client | User) -> str:
        """Return where it reaches somebody; empty where it does not."""
        raise NotImplementedError

    def together(self, business: Business | None) -> AbstractContextManager[None]:
        """Open what several deliveries of a business in a row can share, such as a connection."""
        return nullcontext()

    def deliver(self, message: Message) -> None:
        """Hand the message over, within seconds.

        Raise `kernel.queue.Permanent` where no repetition would help, anything else to be asked again after a pause. It
        may be asked again after a success that could not be noted: it must then be recognisable as the same message.
        """
        raise NotImplementedError

    def rests(self, business: Business | None) -> timedelta:
        """Return how long to try nothing of a business, because what carries its messages failed a moment ago."""
        return timedelta(0)


channels: Registry[type[Channel]] = Registry("channel")
