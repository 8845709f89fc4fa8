"""Who of the team looks after a client (R-102, R-221)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from plusone.clients import events
from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.models import Collaborator


@transaction.atomic
def assign(clients: Iterable[Client], professional: Collaborator | None, *, actor: str, now: datetime) -> int:
    """Give clients to somebody of the team, or to nobody. Return for how many that was new."""
    done = 0
    for client in clients:
        assert professional is None or professional.business_id == client.business_id, "of another business"
        if client.professional_id == (professional.pk if professional else None):
            continue
        client.professional = professional
        client.save(update_fields=["professional"])
        fact = events.ClientAssigned(professional=professional.pk if professional else None)
        record(client.business, fact, client=client.pk, actor=actor, now=now)
        done += 1
    return done


@transaction.atomic
def hand_over(leaver: Collaborator, successor: Collaborator | None, *, actor: str, now: datetime) -> int:
    """Give all clients of somebody who leaves to another one, or to nobody. Return how many there were."""
    theirs = Client.objects.filter(business=leaver.business, professional=leaver).select_related("business")
    done = assign(theirs.exclude(status=Client.Status.DELETED), successor, actor=actor, now=now)
    theirs.update(professional=None)  # those that were deleted
    return done
