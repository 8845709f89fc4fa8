"""Two records of one person become one: what was written to either was written to them."""

from plusone.clients.models import Client
from plusone.messaging.models import Mention, Message

from .erasure import BLANK


def move_messages(gone: Client, kept: Client) -> int:
    """Move the messages to one record to another, and what others read of them. Return how many.

    Of one text to many both records may have had a copy: those stay where they are, waiting ones unsent, without their
    words, which nobody could find there any more when the person is erased.
    """
    copies = Message.objects.filter(client=gone, mailing_id__isnull=False)
    copies.filter(state=Message.State.QUEUED).update(state=Message.State.SUPPRESSED, reason=Message.Reason.DELETED)
    copies.update(to="", **BLANK)
    known = Mention.objects.filter(client_id=kept.pk).values("message")
    Mention.objects.filter(client_id=gone.pk).exclude(message__in=known).update(client_id=kept.pk)
    return Message.objects.filter(client=gone, mailing_id=None).update(client=kept)
