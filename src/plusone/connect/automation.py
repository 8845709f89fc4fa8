"""What the connect room does by itself: kept answers end, and forget whom the business has deleted."""

from datetime import datetime

from django.utils import timezone

from plusone.clients.events import ClientDeleted
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.kernel.queue.sweeps import sweep

from . import commands


@sweep(every_seconds=600)
def prune_answers(now: datetime) -> int:
    """Delete answers after their seven days, which are days of the machine's clock (CONTRACT)."""
    return commands.prune_answers(timezone.now())


@reaction(ClientDeleted)
def forget_client(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted client's name and address are in no kept answer either."""
    assert event.client_id is not None
    client = Client.objects.values_list("public_id", flat=True).get(business=business, pk=event.client_id)
    commands.forget_client(business, client)
