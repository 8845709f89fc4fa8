"""Erase again whom a restored backup has brought back."""

from collections.abc import Collection
from datetime import datetime

from plusone.clients.models import Client

from .inviting import revoke_client_invitation
from .lifecycle import delete_client

BATCH = 500


def erase_again(public_ids: Collection[str], *, now: datetime) -> int:
    """Erase these people where they are still known, each in a transaction of their own. Return how many they were."""
    wanted, done = sorted(public_ids), 0
    for start in range(0, len(wanted), BATCH):
        found = Client.objects.filter(public_id__in=wanted[start : start + BATCH])
        for client in found.exclude(status=Client.Status.DELETED).select_related("business"):
            if client.is_invited:
                done += revoke_client_invitation(client, actor="system", now=now)
                continue
            delete_client(
                client,
                reason="erased before the restore",
                archive_first=client.status == Client.Status.ACTIVE,
                actor="system",
                now=now,
            )
            done += 1
    return done
