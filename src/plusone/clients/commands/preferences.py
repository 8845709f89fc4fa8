"""A client says what they want to be sent."""

from datetime import datetime

from django.db import transaction

from plusone.clients import events
from plusone.clients.models import Client, Consent
from plusone.clients.preferences import PROMOTIONS, wants
from plusone.events.commands import record


@transaction.atomic
def set_promotions(client: Client, given: bool, *, text: str, source: str, actor: str, now: datetime) -> bool:
    """Agree to news and promotions, or take that back; `text` is what the client read. Say whether that was new."""
    spoken = client.consents.filter(purpose=PROMOTIONS).exists()
    if spoken and wants(client) == given:
        return False
    Consent.objects.create(
        business=client.business, client=client, purpose=PROMOTIONS, given=given, text=text[:500], source=source, at=now
    )
    fact = events.ClientPreferenceSet(purpose=PROMOTIONS, given=given)
    record(client.business, fact, client=client.pk, actor=actor, now=now)
    return True
