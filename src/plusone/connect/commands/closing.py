"""A business goes for good, with everybody in it (TRUST ISO-13)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from plusone.clients import tombstones
from plusone.clients.commands import end_sessions
from plusone.clients.models import Client
from plusone.clients.queries import is_nobodys
from plusone.kernel.closing import delete_rows
from plusone.kernel.models import Business, User


@transaction.atomic
def delete_business(business: Business, *, now: datetime) -> int:
    """Delete a business with all its rows, and the logins of those who are nowhere else. Return how many rows.

    Its people are noted as erased, so that an older backup brings none of them back. There is no other way back.
    """
    people = list(Client.objects.filter(business=business).values_list("public_id", flat=True))
    theirs = Q(clients__business=business) | Q(collaborations__business=business)
    logins = list(User.objects.filter(theirs).distinct())
    gone = delete_rows(business)
    for login in logins:
        if is_nobodys(login):
            end_sessions(login)
            login.delete()
            gone += 1
    transaction.on_commit(lambda: tombstones.note(people, now), robust=True)
    return gone
