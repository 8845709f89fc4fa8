"""What was written to a client, and of them to others."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.keeping import COUNTS, Kept, Row, initials, kept, without_names
from plusone.clients.models import Client
from plusone.clients.preferences import declines
from plusone.kernel.models import User

from . import commands
from .models import Message, Suppression

BATCH = 500


@kept
class Messages(Kept):
    """Mails and notices."""

    name = "messages"
    label = _("Messages")
    columns = {
        "at": _("Date"),
        "channel": _("Channel"),
        "to": _("Address"),
        "state": _("State"),
        "subject": _("Subject"),
        "text": _("Text"),
    }
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first; who else is named in them is named by initials."""
        found = Message.objects.filter(business=client.business, client=client).order_by("-pk")
        for message in found.prefetch_related("mentions").iterator(chunk_size=BATCH):
            named = [mention.client_id for mention in message.mentions.all() if mention.client_id != client.pk]
            said = [message.subject, message.text]
            for other in Client.objects.filter(business=client.business, pk__in=named) if named else ():
                said = [without_names(text, [other], instead=initials(other)) for text in said]
            yield message.created_at, message.channel, message.to, message.state, *said

    def forget(self, client: Client, *, now: datetime) -> None:
        """Their words go, of those to others that speak of the client too. Of a no stays whom not to write to again."""
        if client.email and declines(client):
            commands.suppress(client.business, client.email, Suppression.Reason.DECLINED, now=now)
        commands.forget(client.business, client.pk)

    def forget_login(self, user: User) -> None:
        """Login codes and the like belong to no business."""
        commands.forget_user(user)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """What was written to them alone; of one text to many both may have had it."""
        return commands.move_messages(gone, kept)
