"""A way into the client area where no mail leaves, so that no login code arrives: a link that staff hand over.

It proves nobody's address, for staff have seen it. So the login it makes opens the pages of this business alone, and
whoever proves the address later takes it over: the password ends then (`User.is_handed`).
"""

import hashlib
from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client
from plusone.clients.queries import takes_handed_link
from plusone.events.commands import record
from plusone.kernel import once
from plusone.kernel.commands import hand_login, user_for
from plusone.kernel.errors import Refused
from plusone.kernel.ids import public_id

SALT = "plusone.clients.entering"
ENTRY_DAYS = 7


@transaction.atomic
def hand_over_entry(client: Client, *, actor: str, now: datetime) -> str:
    """Return the token of a link by which a client chooses a password, once and within a week.

    The log says who took it. Raise Refused for a client who may not log in, and for one who has a login of their own.
    """
    token = entry_of(client, now=now)
    record(client.business, events.ClientEntryHanded(), client=client.pk, actor=actor, now=now)
    return token


def entry_of(client: Client, *, now: datetime) -> str:
    """Return the token for a client who used the link of their invitation that staff handed over. Raise Refused as
    `hand_over_entry`."""
    _must_be_open(client)
    return signing.dumps({"client": client.public_id, "at": int(now.timestamp()), "one": public_id()}, salt=SALT)


def entry(token: str, *, now: datetime) -> Client:
    """Return whom a link lets in. Raise Refused for one that is broken, used or too old, or that may not any more."""
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise _ended() from error
    client = Client.objects.filter(public_id=said["client"]).select_related("business", "user").first()
    if client is None or now.timestamp() - said["at"] > ENTRY_DAYS * 24 * 3600 or once.was_used("entry", _key(token)):
        raise _ended()
    _must_be_open(client)
    return client


@transaction.atomic
def enter(token: str, password: str, *, now: datetime) -> Client:
    """Give the client of a link a login with this password, once. Raise Refused as `entry`."""
    client = entry(token, now=now)
    if not once.claim("entry", _key(token)):
        raise _ended()
    assert client.email, "who has no address has no login"
    user = user_for(client.email, language=client.reads())
    hand_login(user, password)
    client.user = user
    client.save(update_fields=["user"])
    return client


def _must_be_open(client: Client) -> None:
    """Raise Refused unless a handed link may make, or renew, this client's login."""
    if client.status in (Client.Status.DELETED, Client.Status.INVITED) or not client.access or not client.email:
        raise Refused(_("This client may not log in."), code="no_access")
    if not takes_handed_link(client.business, client.email):
        raise Refused(_("They have a login of their own already, and log in with that."), code="has_login")


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _ended() -> Refused:
    return Refused(_("This link is not valid any more. Ask for a new one."), code="link_ended", status=410)
