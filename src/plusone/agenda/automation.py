"""What the agenda does by itself."""

from datetime import datetime

from plusone.clients.events import ClientDeleted
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business

from . import commands


@reaction(ClientDeleted)
def forget_details(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted client's visits lose what may point to the person."""
    assert event.client_id is not None
    commands.forget_details(business, event.client_id)
