"""What the client book keeps apart from the client's own row goes with an erasure."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from plusone.clients.models import Client, Consent, DataExport, Invitation
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business, User

from .lifecycle import delete_client

BATCH = 200


def forget_consents(client: Client) -> int:
    """Delete what they agreed to. Return how many."""
    return Consent.objects.filter(client=client).delete()[0]


def forget_invitation(client: Client) -> int:
    """Delete what they were invited with. Return how many."""
    return Invitation.objects.filter(client=client).delete()[0]


def forget_copies(client: Client) -> int:
    """Delete the copies of their data. Return how many."""
    return DataExport.objects.filter(client=client).delete()[0]


def end_sessions(user: User) -> int:
    """Log a login that goes out of every device. Return of how many."""
    known = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    return Session.objects.filter(session_key__in=known).delete()[0]


def forget_idle_leads(now: datetime) -> int:
    """Delete leads of whom nothing was heard for as long as their business keeps them (PRI-8), each in a transaction
    of their own; those of imports stay, whose date is not the day on which they came here. Return how many."""
    done = 0
    for business in Business.objects.exclude(idle_leads_months=0):
        since = clock.months_before(business, now, business.idle_leads_months)
        heard = Event.objects.filter(business=business, client_id=OuterRef("pk"), at__gt=since)
        idle = Client.objects.filter(business=business, status=Client.Status.LEAD, created_at__lte=since)
        for lead in (
            idle.exclude(source="import")
            .exclude(Exists(heard))
            .select_related("business", "user")
            .order_by("pk")[:BATCH]
        ):
            delete_client(lead, reason="idle", actor="system", now=now)
            done += 1
    return done
