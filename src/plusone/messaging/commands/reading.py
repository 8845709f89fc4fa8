"""A client reads what is in their pages, or puts it away."""

from datetime import datetime

from plusone.clients.models import Client
from plusone.messaging.models import Message
from plusone.messaging.queries import unread_of


def mark_read(client: Client, *, notice: Message | None = None, now: datetime) -> int:
    """Note that a notice was read; without one, all of them. Return how many were new."""
    unread = unread_of(client).order_by()
    return (unread.filter(pk=notice.pk) if notice is not None else unread).update(read_at=now)
