"""Forget a person: the words go, the rows that were counted stay (PRI-7)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from plusone.kernel.models import Business, User
from plusone.messaging.models import Message

DAYS = 90  # how long the words of a mail to a login alone are kept
BATCH = 1000
BLANK = {"subject": "", "text": "", "html": "", "error": ""}


def forget_bodies(now: datetime) -> int:
    """Blank the words of mails that are older than their business keeps them (PRI-8); that they were sent stays.

    Notices in the clients' pages are what the client still reads there. Return how many.
    """
    kept = list(Business.objects.exclude(mail_bodies_days=0).values_list("pk", "mail_bodies_days"))
    done = 0
    for business, days in [*kept, (None, DAYS)]:
        old = Message.objects.filter(business=business, channel="email", created_at__lte=now - timedelta(days=days))
        old = old.exclude(state=Message.State.QUEUED).exclude(text="")
        while pks := list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
            done += Message.objects.filter(pk__in=pks).update(text="", html="", error="")
    return done


@transaction.atomic
def forget(business: Business, client_id: int) -> int:
    """Blank the messages to a client and those that speak of them; what still waited is not sent. Return how many."""
    mine = Message.objects.filter(business=business, client_id=client_id)
    about = Message.objects.filter(business=business, mentions__client_id=client_id)
    stopped = {"state": Message.State.SUPPRESSED, "reason": Message.Reason.DELETED}
    for messages in (mine, about):
        messages.filter(state=Message.State.QUEUED).update(**stopped)
    return mine.update(to="", **BLANK) + about.update(**BLANK)


def forget_user(user: User) -> int:
    """Blank what was written to a login that goes, its codes too. Return how many."""
    mine = Message.objects.filter(Q(user=user) | Q(business=None, to=user.email))
    return mine.update(to="", **BLANK)
