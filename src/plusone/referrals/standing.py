"""Where an ambassador stands with the business: trusted, or blocked (CASES 78, 79)."""

from django.db.models import Q, QuerySet

from plusone.clients.models import Client
from plusone.kernel.models import Business, Collaborator

from .models import Trust


def team_of(business: Business) -> QuerySet[Client]:
    """Return the clients who work here too, by login or address; the owner is left out (FRA-12)."""
    staff = Collaborator.objects.filter(business=business).exclude(role="owner")
    same = Q(user__in=staff.values("user")) | Q(email__in=staff.values("user__email"))
    return Client.objects.filter(same, business=business)


def is_trusted(ambassador: Client) -> bool:
    """Say whether no new doubt is raised about what this client brings."""
    return Trust.objects.filter(client=ambassador, kind=Trust.Kind.TRUSTED).exists()


def gives_nothing(client: int) -> bool:
    """Say whether a person has blocked a client, whose recommendations give them nothing until that is taken back."""
    return Trust.objects.filter(client=client, kind=Trust.Kind.BLOCKED).exists()


def is_blocked(ambassador: Client) -> bool:
    """Say whether this client's link is switched off, for good or until somebody has looked."""
    return Trust.objects.filter(client=ambassador, kind__in=Trust.OFF).exists()
