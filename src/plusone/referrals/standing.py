"""Where an ambassador stands with the business: trusted, or blocked (CASES 78, 79)."""

from plusone.clients.models import Client

from .models import Trust


def is_trusted(ambassador: Client) -> bool:
    """Say whether no new doubt is raised about what this client brings."""
    return Trust.objects.filter(client=ambassador, kind=Trust.Kind.TRUSTED).exists()


def is_blocked(ambassador: Client) -> bool:
    """Say whether this client's link is switched off."""
    return Trust.objects.filter(client=ambassador, kind=Trust.Kind.BLOCKED).exists()
