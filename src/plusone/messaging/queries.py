"""Questions to the messages."""

from django.db.models import QuerySet

from plusone.clients.models import Client
from plusone.kernel.models import Business

from .models import ChannelSwitch, Message


def outbox(business: Business | None = None) -> QuerySet[Message]:
    """All messages, newest first, for the outbox page; those of one business if it is given. Slice it."""
    messages = Message.objects.select_related("business").order_by("-pk")
    return messages if business is None else messages.filter(business=business)


def messages_of(business: Business, client: Client) -> QuerySet[Message]:
    """The messages to a client, newest first. Slice it."""
    return Message.objects.filter(business=business, client=client).order_by("-pk")


def is_channel_on(business: Business, channel: str) -> bool:
    """Whether the business lets this channel send: "no message will be sent", before it happens (Q-28)."""
    return not ChannelSwitch.objects.filter(business=business, channel=channel, active=False).exists()


def failed_count() -> int:
    """How many messages could not be handed over and will not be tried again, over all businesses."""
    return Message.objects.filter(state=Message.State.FAILED).count()


def waiting_count() -> int:
    """How many messages wait in the outbox for a mail server, over all businesses."""
    return Message.objects.filter(state=Message.State.QUEUED, handed_over_at=None).count()


def notices_of(client: Client) -> QuerySet[Message]:
    """The notices in a client's pages, newest first. Slice it."""
    shown = (Message.State.SENT, Message.State.DELIVERED)
    return Message.objects.filter(client=client, channel="portal", state__in=shown).order_by("-pk")


def unread_of(client: Client) -> QuerySet[Message]:
    """Those that the client has not read."""
    return notices_of(client).filter(read_at=None)
