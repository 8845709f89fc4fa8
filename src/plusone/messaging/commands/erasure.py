"""Forget a person: the words go, the rows that were counted stay (PRI-7)."""

from django.db import transaction
from django.db.models import Q

from plusone.kernel.models import Business, User
from plusone.messaging.models import Message


@transaction.atomic
def forget(business: Business, client_id: int) -> int:
    """Blank the messages to a client and those that speak of them; what still waited is not sent. Return how many."""
    blank = {"subject": "", "text": "", "html": "", "error": ""}
    mine = Message.objects.filter(business=business, client_id=client_id)
    about = Message.objects.filter(business=business, mentions__client_id=client_id)
    stopped = {"state": Message.State.SUPPRESSED, "reason": Message.Reason.DELETED}
    for messages in (mine, about):
        messages.filter(state=Message.State.QUEUED).update(**stopped)
    return mine.update(to="", **blank) + about.update(**blank)


def forget_user(user: User) -> int:
    """Blank what was written to a login that goes, its codes too. Return how many."""
    mine = Message.objects.filter(Q(user=user) | Q(business=None, to=user.email))
    return mine.update(to="", subject="", text="", html="", error="")
