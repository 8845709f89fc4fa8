"""A client says what they want to be sent."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, Consent
from plusone.clients.preferences import PROMOTIONS, wants
from plusone.events.commands import record
from plusone.kernel.errors import Invalid

OWN_WORDS_MAX = 500


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


@transaction.atomic
def withdraw(client: Client, purpose: str, *, text: str, source: str, actor: str, now: datetime) -> bool:
    """Take back what a client agreed to (PRI-5). Say whether it was given."""
    if not wants(client, purpose):
        return False
    Consent.objects.create(
        business=client.business, client=client, purpose=purpose, given=False, text=text[:500], source=source, at=now
    )
    record(
        client.business,
        events.ClientPreferenceSet(purpose=purpose, given=False),
        client=client.pk,
        actor=actor,
        now=now,
    )
    return True


@transaction.atomic
def set_own_words(client: Client, text: str, *, actor: str, now: datetime) -> bool:
    """Keep the words with which a client invites friends; none means the usual ones. Say whether they are new."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > OWN_WORDS_MAX or "\x00" in text:
        raise Invalid(_("At most %(most)s characters.") % {"most": OWN_WORDS_MAX}, field="text")
    if client.own_words == text:
        return False
    client.own_words = text
    client.save(update_fields=["own_words"])
    record(client.business, events.ClientChanged(fields=("own_words",)), client=client.pk, actor=actor, now=now)
    return True
