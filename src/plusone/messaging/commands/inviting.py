"""The mail that asks somebody to be a client (R-201)."""

from datetime import datetime

from django.conf import settings

from plusone.clients.models import Client, Invitation
from plusone.events.models import Event
from plusone.messaging.models import Message

from .sending import send


def mail_invitation(client: Client, *, key: str, cause: Event | None = None, now: datetime) -> Message | None:
    """Send an invited client the link that proves their address. Return the mail, or None where nothing waits."""
    found = Invitation.objects.filter(client=client).first()
    if found is None:
        return None
    context = {"words": found.words, "link": f"{settings.BASE_URL}/invited/{found.token}"}
    return send(client.business, "client.invitation", to_client=client, context=context, key=key, cause=cause, now=now)
