"""Keys of the API."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from plusone.connect import events
from plusone.connect.models import ApiKey
from plusone.connect.queries import key_hash
from plusone.events.commands import record
from plusone.kernel.models import Business

USE_NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def create_api_key(business: Business, *, name: str, actor: str, now: datetime) -> tuple[ApiKey, str]:
    """Make a key. Return the row and the secret, which is shown this once and kept nowhere."""
    secret = f"pk_{secrets.token_urlsafe(24)}"
    row = ApiKey.objects.create(
        business=business, name=name[:80], prefix=secret[:8], hash=key_hash(secret), created_at=now, created_by=actor
    )
    record(business, events.ApiKeyCreated(api_key=row.pk), actor=actor, now=now)
    return row, secret


@transaction.atomic
def revoke_api_key(key: ApiKey, *, actor: str, now: datetime) -> bool:
    """End a key at once. Say whether it was live."""
    if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        return False
    record(key.business, events.ApiKeyRevoked(api_key=key.pk), actor=actor, now=now)
    return True


def note_key_use(key: ApiKey, *, now: datetime) -> None:
    """Remember when a key was last used, not more often than every five minutes."""
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
