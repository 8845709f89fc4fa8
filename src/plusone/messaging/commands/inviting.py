"""The mail that asks somebody to be a client (R-201)."""

from datetime import datetime

from django.conf import settings

from plusone.clients.models import Client, Invitation
from plusone.events.models import Event
from plusone.kernel.money import format_money
from plusone.messaging.models import Message
from plusone.store.queries import plan_of

from .sending import send


def mail_invitation(client: Client, *, key: str, cause: Event | None = None, now: datetime) -> Message | None:
    """Send an invited client the link that proves their address. Return the mail, or None where nothing waits."""
    found = Invitation.objects.filter(client=client).first()
    if found is None:
        return None
    plan = plan_of(found)
    brings = f"{plan.name}, {format_money(plan.price, client.business.currency, client.reads())}" if plan else ""
    context = {"words": found.words, "plan": brings, "link": f"{settings.BASE_URL}/invited/{found.token}"}
    return send(client.business, "client.invitation", to_client=client, context=context, key=key, cause=cause, now=now)
