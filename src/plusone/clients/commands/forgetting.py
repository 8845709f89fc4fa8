"""What the client book keeps apart from the client's own row goes with an erasure."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from plusone.clients.models import Client, Consent, DataExport
from plusone.kernel.models import User


def forget_consents(client: Client) -> int:
    """Delete what they agreed to. Return how many."""
    return Consent.objects.filter(client=client).delete()[0]


def forget_copies(client: Client) -> int:
    """Delete the copies of their data. Return how many."""
    return DataExport.objects.filter(client=client).delete()[0]


def end_sessions(user: User) -> int:
    """Log a login that goes out of every device. Return of how many."""
    known = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    return Session.objects.filter(session_key__in=known).delete()[0]
