"""Notices in the client's own pages."""

from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.models import Business, User
from plusone.messaging.models import Message

from . import Channel, channels


@channels
class Portal(Channel):
    """A notice that waits for the client in their pages, and disturbs nobody."""

    name = "portal"
    label = _("Notice in the client's pages")
    disturbs = False
    is_instant = True

    def is_ready(self, business: Business | None) -> bool:
        """It needs nothing but the database."""
        return True

    def address_of(self, reader: Client | User) -> str:
        """Return the client's public id where they may log in; there are no notices for staff."""
        return reader.public_id if isinstance(reader, Client) and reader.access else ""

    def deliver(self, message: Message) -> None:
        """The row is the notice."""
