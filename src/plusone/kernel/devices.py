"""Where people are logged in, and how little of that is kept (PRI-8). A login may belong to several businesses."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

ADDRESSES_KEPT = timedelta(days=30)
# A session that is being made has its row before the other.
SETTLED = timedelta(days=1)
NO_ADDRESS = "0.0.0.0"  # noqa: S104  # the column may not be empty; nobody listens here


def address_of(device: UserSession) -> str:
    """Return the network address that somebody logged in from, "" once it is forgotten."""
    return "" if device.ip == NO_ADDRESS else str(device.ip)


def forget_addresses(at: datetime) -> int:
    """Forget where from people logged in more than 30 days ago; the device itself stays listed. Return how many."""
    old = UserSession.objects.filter(last_seen_at__lt=at - ADDRESSES_KEPT).exclude(ip=NO_ADDRESS)
    return int(old.update(ip=NO_ADDRESS))


def forget_ended(at: datetime) -> int:
    """Forget sessions that have run out, and the devices of those that are gone. Return how many devices."""
    Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    return int(UserSession.objects.filter(~Exists(alive), created_at__lt=at - SETTLED).delete()[0])
