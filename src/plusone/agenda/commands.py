"""Visits and checks are marked, and taken back where it was a mistake."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business

from . import events
from .models import Check, Visit

KEY_MAX = 200


@dataclass(frozen=True)
class Marked:
    """A visit, and whether this call marked it."""

    visit: Visit
    is_new: bool


@whole
def mark_visit(
    client: Client,
    *,
    key: str,
    outcome: str = Visit.Outcome.ATTENDED,
    at: datetime | None = None,
    data: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> Marked:
    """Note that a client came to a session, or missed it; the same `key` again is the same visit, counted once.

    `at` is now unless it was before. Raise Invalid for a time to come, Refused for a client who was deleted.
    """
    at = at or now
    if at > now:
        raise Invalid(_("A visit cannot lie in the future."), field="occurred_at")
    if client.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))
    known = Visit.objects.filter(business=client.business, key=key).select_related("client").first()
    if known is not None:
        return Marked(known, False)
    row = {"client": client, "outcome": outcome, "at": at, "data": data or {}, "marked_at": now, "marked_by": actor}
    try:
        with transaction.atomic():
            visit = Visit.objects.create(business=client.business, key=key, **row)
    except IntegrityError:  # somebody was faster with the same key
        return Marked(Visit.objects.select_related("client").get(business=client.business, key=key), False)
    fact = events.SessionAttended if outcome == Visit.Outcome.ATTENDED else events.SessionMissed
    record(client.business, fact(visit=visit.pk), client=client.pk, actor=actor, now=now)
    return Marked(visit, True)


@whole
def unmark_visit(visit: Visit, *, actor: str, now: datetime) -> bool:
    """Take back a visit that was marked by mistake; what it made due is looked at again. Say whether it was there."""
    gone, _rows = Visit.objects.filter(pk=visit.pk).delete()
    if not gone:
        return False
    record(visit.business, events.SessionUnmarked(visit=visit.pk), client=visit.client_id, actor=actor, now=now)
    return True


@dataclass(frozen=True)
class Ticked:
    """A check, and whether this call ticked it."""

    check: Check
    is_new: bool


@whole
def tick(
    client: Client,
    *,
    what: str = "",
    key: str,
    at: datetime | None = None,
    data: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> Ticked:
    """Note that a client has done what was asked; the same `key` again is the same check.

    Raise Invalid for a time to come, Refused for a client who was deleted.
    """
    at = at or now
    if at > now:
        raise Invalid(_("This cannot lie in the future."), field="occurred_at")
    if client.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))
    row = {"client": client, "what": what, "at": at, "data": data or {}, "marked_at": now, "marked_by": actor}
    check, is_new = Check.objects.select_related("client").get_or_create(
        business=client.business, key=key, defaults=row
    )
    if is_new:
        record(client.business, events.CheckDone(check=check.pk), client=client.pk, actor=actor, now=now)
    return Ticked(check, is_new)


@whole
def untick(check: Check, *, actor: str, now: datetime) -> bool:
    """Take back a check that was ticked by mistake. Say whether it was there."""
    gone, _rows = Check.objects.filter(pk=check.pk).delete()
    if not gone:
        return False
    record(check.business, events.CheckUndone(check=check.pk), client=check.client_id, actor=actor, now=now)
    return True


@transaction.atomic
def forget_details(business: Business, client_id: int) -> None:
    """Take away what other programs said of a deleted client's visits and checks; that they were there stays."""
    Visit.objects.filter(business=business, client_id=client_id).update(data={})
    Check.objects.filter(business=business, client_id=client_id).update(data={})
