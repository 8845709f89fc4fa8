"""A copy of all that is kept about a client is asked for, and kept for some days (R-334, PRI-6)."""

from datetime import datetime, timedelta

from django.db import transaction

from plusone.clients import events
from plusone.clients.models import Client, DataExport
from plusone.events.commands import record

KEPT_DAYS = 7


@transaction.atomic
def ask_export(client: Client, *, own: bool, language: str, actor: str, now: datetime) -> DataExport:
    """Note that somebody wants one. One that is being made already is the answer to who asks again."""
    client = Client.objects.select_for_update(of=("self",)).select_related("business").get(pk=client.pk)
    waiting = DataExport.objects.filter(client=client, own=own, ready_at=None).first()
    if waiting is not None:
        return waiting
    DataExport.objects.filter(client=client, own=own).delete()  # the new one holds all that the old one did
    kept_until = now + timedelta(days=KEPT_DAYS)
    asked = DataExport.objects.create(
        business=client.business,
        client=client,
        own=own,
        language=language,
        asked_at=now,
        asked_by=actor,
        kept_until=kept_until,
    )
    record(client.business, events.ClientExported(own=own), client=client.pk, actor=actor, now=now)
    return asked


def keep_export(export: DataExport, data: bytes, *, now: datetime) -> bool:
    """Keep the file. Say whether it is still wanted: a client who was deleted meanwhile has none."""
    return bool(DataExport.objects.filter(pk=export.pk, ready_at=None).update(data=data, ready_at=now))


def forget_exports(now: datetime) -> int:
    """Delete the copies whose days are over. Return how many."""
    return DataExport.objects.filter(kept_until__lte=now).delete()[0]
