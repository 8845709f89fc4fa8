"""Two records of one person become one: what each had once stays theirs (CASES 21, R-145)."""

from plusone.clients.models import Client
from plusone.store.models import Membership


def move_memberships(gone: Client, kept: Client) -> int:
    """Move the memberships of one record to another. Return how many.

    Of a type that a person has once both may have had one: each stays, and no further one is given or sold.
    """
    once = Membership.objects.filter(only_once=True).exclude(state=Membership.State.VOID)
    had = once.filter(client=kept).values_list("type_id", flat=True)
    once.filter(client=gone, type__in=list(had)).update(only_once=False)
    return Membership.objects.filter(client=gone).update(client=kept)
