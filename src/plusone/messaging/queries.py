"""Questions to the messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery

from plusone.clients.models import Client
from plusone.kernel.models import Business

from .lines import is_readable
from .models import ChannelSwitch, MailServer, Message, Suppression
from .suppression import fingerprint

# A mail that is tried again now and then is nothing to worry about before this.
UNSENT_AFTER = timedelta(minutes=10)
SUPPRESSED_SHOWN = 200


def outbox(business: Business | None = None) -> QuerySet[Message]:
    """All messages, newest first, for the outbox page; those of one business if it is given. Slice it."""
    messages = Message.objects.select_related("business", "client").order_by("-pk")
    return messages if business is None else messages.filter(business=business)


def messages_of(business: Business, client: Client) -> QuerySet[Message]:
    """The messages to a client, newest first. Slice it."""
    return Message.objects.filter(business=business, client=client).order_by("-pk")


def promotions_of_a_week(client: Client, *, now: datetime) -> int:
    """Return how many promotional mails a client was sent, or is about to be, within seven days."""
    sent = ("queued", "sent", "delivered")
    lately = Message.objects.filter(client=client, category="promotional", channel="email", state__in=sent)
    return lately.filter(created_at__gt=now - timedelta(days=7)).count()


def is_channel_on(business: Business, channel: str) -> bool:
    """Whether the business lets this channel send: "no message will be sent", before it happens (Q-28)."""
    return not ChannelSwitch.objects.filter(business=business, channel=channel, active=False).exists()


def channels_off(business: Business) -> frozenset[str]:
    """Return the channels that the business does not let send."""
    return frozenset(ChannelSwitch.objects.filter(business=business, active=False).values_list("channel", flat=True))


def mail_server_of(business: Business) -> MailServer | None:
    """Return the business's own mail server, None where its mails leave by the installation's."""
    return MailServer.objects.filter(business=business).first()


def unreadable_servers() -> int:
    """How many businesses have to enter their mail server's password again, since the secret key has changed."""
    return sum(not is_readable(server) for server in MailServer.objects.iterator())


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


@dataclass(frozen=True)
class Unsent:
    """Mails that should have left long ago: how many, and for how many minutes the first has been waiting."""

    count: int
    minutes: int


def unsent_of(business: Business, *, at: datetime) -> QuerySet[Message]:
    """The messages that were handed over and have not left for a while (the machine's clock)."""
    late = at - UNSENT_AFTER
    return Message.objects.filter(business=business, state=Message.State.QUEUED, handed_over_at__lt=late)


def unsent(business: Business, *, at: datetime) -> Unsent | None:
    """Return what has been handed over and has not left for a while (the machine's clock), or None."""
    found = unsent_of(business, at=at).aggregate(count=Count("pk"), first=Min("handed_over_at"))
    if not found["count"]:
        return None
    return Unsent(found["count"], int((at - found["first"]).total_seconds() // 60))


def unsent_beside(at: datetime) -> dict[str, Subquery | Exists]:
    """Return three columns for rows of businesses' people: how many mails of theirs do not leave, since when, and
    whether they have a mail server of their own."""
    late = Message.objects.filter(
        business=OuterRef("business_id"), state=Message.State.QUEUED, handed_over_at__lt=at - UNSENT_AFTER
    )
    of_each = late.order_by().values("business")
    return {
        "unsent": Subquery(of_each.annotate(count=Count("pk")).values("count")),
        "unsent_since": Subquery(of_each.annotate(first=Min("handed_over_at")).values("first")),
        "has_mail_server": Exists(MailServer.objects.filter(business=OuterRef("business_id"))),
    }


def unsent_count() -> int:
    """How many messages are with the mail server's queue and have not left yet, over all businesses."""
    return Message.objects.filter(state=Message.State.QUEUED, handed_over_at__isnull=False).count()


def suppressed(business: Business) -> list[tuple[Suppression, Client | None]]:
    """Return the addresses that are not written to, newest first, each with the client it is of, if one has it now."""
    rows = list(Suppression.objects.filter(business=business).order_by("-at", "-pk")[:SUPPRESSED_SHOWN])
    if not rows:
        return []
    wanted, owners = {row.hash for row in rows}, {}
    # Only a fingerprint is kept, so each address is asked for its own.
    for client in Client.objects.filter(business=business, email__isnull=False).iterator(chunk_size=2000):
        mark = fingerprint(business, client.email or "")
        if mark in wanted:
            owners[mark] = client
    return [(row, owners.get(row.hash)) for row in rows]
