"""How a client comes, becomes active, is put aside, comes back and goes (REQUIREMENTS 4.1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from plusone.clients import events, keeping, tombstones
from plusone.clients.keeping import without_names
from plusone.clients.models import Client, ClientQuerySet, Consent, Departure, Invitation
from plusone.clients.preferences import news_by_default
from plusone.clients.queries import COOLDOWN_DAYS, departure_marks, is_nobodys, login_of, records_of
from plusone.events.commands import record
from plusone.events.facts import Fact
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business, Collaborator
from plusone.ledger.commands import adjust, forgive_debt
from plusone.ledger.queries import balance_of

from .profile import attach_login, clean, insert, set_tags
from .spelling import unlearn

Status = Client.Status


@transaction.atomic
def create_client(
    business: Business,
    *,
    first_name: str,
    last_name: str = "",
    email: str = "",
    phone: str = "",
    tags: Iterable[str] = (),
    access: bool = True,
    language: str = "",
    source: str = "staff",
    professional: Collaborator | None = None,
    actor: str,
    now: datetime,
) -> Client:
    """Add an active client (R-070), who gets no mail for it.

    Raise Invalid for a wrong field, AlreadyExists for a taken address.
    """
    columns = clean(business, first_name=first_name, last_name=last_name, email=email, phone=phone)
    client = insert(
        business,
        **columns,
        status=Status.ACTIVE,
        access=access,
        language=language,
        source=source,
        professional=professional,
        news_by_default=news_by_default(business),
        created_at=now,
        activated_at=now,
    )
    record(business, events.ClientCreated(source=source), client=client.pk, actor=actor, now=now)
    set_tags(client, tags, actor=actor, now=now)
    return client


@transaction.atomic
def register_lead(
    business: Business,
    *,
    first_name: str,
    last_name: str = "",
    email: str,
    phone: str = "",
    language: str = "",
    consent_text: str = "",
    typed_code: str = "",
    source: str,
    professional_id: int | None = None,
    actor: str,
    now: datetime,
) -> Client:
    """Make somebody who registered a lead (R-021). `consent_text` is what they agreed to, word for word; `typed_code`
    what they wrote as the code of who invited them, where nobody has it (CASES 14).

    Raise Invalid or AlreadyExists.
    """
    columns = clean(business, first_name=first_name, last_name=last_name, email=email, phone=phone)
    client = insert(
        business,
        **columns,
        status=Status.LEAD,
        language=language,
        typed_code=" ".join(typed_code.split())[:40],
        source=source,
        professional_id=professional_id,
        created_at=now,
    )
    consent_to_contact(client, consent_text, source=source, now=now)
    record(business, events.ClientRegistered(source=source), client=client.pk, actor=actor, now=now)
    return client


def consent_to_contact(client: Client, text: str, *, source: str, now: datetime) -> None:
    """Keep that somebody agreed to be contacted, in these words; nothing where they were not asked (PRI-5)."""
    if text:
        Consent.objects.create(
            business=client.business,
            client=client,
            purpose="contact",
            given=True,
            text=text[:500],
            source=source,
            at=now,
        )


def must_be_there(client: Client) -> None:
    """Let nobody delete a client before this transaction ends, nor change how they stand, which is read anew. Raise
    Refused where they were deleted."""
    mine = Client.objects.select_for_update(no_key=True).filter(pk=client.pk)
    client.status = mine.values_list("status", flat=True).get()
    if client.status == Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))


@whole
def activate(client: Client, *, via: str = "manual", actor: str, now: datetime) -> bool:
    """Make a lead, or who was invited, an active client. Say whether they were one (False: active before).

    Raise Refused when archived.
    """
    # One conditional UPDATE, so that a click and a purchase at the same moment activate once (TRUST MON-18).
    moved: dict[str, Any] = {"status": Status.ACTIVE, "activated_at": now, "activated_via": via, "told_after": None}
    mine = Client.objects.filter(pk=client.pk)
    if mine.filter(status=Status.LEAD).update(**moved) or _let_in(client, mine, moved):
        client.refresh_from_db(fields=["status", "activated_at", "activated_via"])
        record(client.business, events.ClientActivated(via=via), client=client.pk, actor=actor, now=now)
        Invitation.objects.filter(client=client).delete()  # not sooner: reactions read what it brings along
        return True
    client.refresh_from_db(fields=["status", "activated_at", "activated_via"])
    if client.status == Status.ACTIVE:
        return False
    if client.status == Status.ARCHIVED:
        raise Refused(_("This client is archived. Bring them back first."), code="archived")
    raise Refused(_("This client was deleted."), code="deleted")


def _let_in(client: Client, mine: ClientQuerySet, moved: dict[str, Any]) -> bool:
    """Activate who was invited: the invitation is over, and a login that has their address proved is theirs."""
    tells = news_by_default(client.business)
    if not mine.filter(status=Status.INVITED).update(**moved, news_by_default=tells):
        return False
    client.refresh_from_db(fields=["status", "user", "news_by_default"])
    attach_login(client)
    return True


@whole
def archive(client: Client, *, reason: str = "", actor: str, now: datetime) -> bool:
    """Put a client or lead aside (R-071). Say whether it was not archived already."""
    moved = Client.objects.filter(pk=client.pk, status__in=(Status.LEAD, Status.ACTIVE))
    if not moved.update(status_before=F("status"), status=Status.ARCHIVED, archived_at=now):
        client.refresh_from_db(fields=["status"])
        if client.status == Status.DELETED:
            raise Refused(_("This client was deleted."), code="deleted")
        if client.status == Status.INVITED:
            raise Refused(_("They have not accepted yet. Take the invitation back instead."), code="invited")
        return False
    client.refresh_from_db(fields=["status", "status_before", "archived_at"])
    record(
        client.business,
        events.ClientArchived(was=client.status_before, reason=without_names(reason, [client])[:200]),
        client=client.pk,
        actor=actor,
        now=now,
    )
    return True


@whole
def reactivate(client: Client, *, via: str = "manual", actor: str, now: datetime) -> bool:
    """Bring an archived client back to where they stood (R-203). Say whether they were archived. Earns nothing."""
    moved = Client.objects.filter(pk=client.pk, status=Status.ARCHIVED)
    if not moved.update(status=F("status_before"), status_before="", archived_at=None):
        client.refresh_from_db(fields=["status"])
        if client.status == Status.DELETED:
            raise Refused(_("This client was deleted."), code="deleted")
        return False
    client.refresh_from_db(fields=["status", "status_before", "archived_at"])
    record(client.business, events.ClientReactivated(via=via), client=client.pk, actor=actor, now=now)
    return True


@whole
def delete_client(client: Client, *, reason: str = "", archive_first: bool = False, actor: str, now: datetime) -> None:
    """Delete a lead or an archived client for good (R-097, R-099, R-333, Q-05): the person goes, the counts and the
    books stay.

    Each room forgets its part (`keeping`), in this transaction: where one cannot, nobody is half erased. What balance
    is left is given up by an adjustment, and what is owed is forgiven. Raise Refused for an active client, unless they
    are archived in the same act: so a client erases themselves.
    """
    client.refresh_from_db()  # as they are now: another try may have blanked what it was given
    if archive_first:
        archive(client, actor=actor, now=now)
    fact = events.ClientDeleted(was=client.status, reason=without_names(reason, [client])[:200])
    if erase(client, (Status.LEAD, Status.ARCHIVED), fact, actor=actor, now=now) or client.status == Status.DELETED:
        return
    if client.is_invited:
        raise Refused(_("They have not accepted yet. Take the invitation back instead."), code="not_archived")
    raise Refused(
        _("Only a lead or an archived client can be deleted. Archive this client first."), code="not_archived"
    )


def erase(
    client: Client, standing: Sequence[str], fact: Fact, *, comes_back: bool = False, actor: str, now: datetime
) -> bool:
    """Let the person go if that is how they stand, and tell it. Say whether it was done.

    `comes_back`: whoever has the same address later is a stranger, and nobody looks at them twice.
    """
    marks = [] if comes_back else departure_marks(client.business, client.email or "", client.phone)
    # The status first: of two who delete at once, the second waits here and finds nothing left to do.
    gone = Client.objects.filter(pk=client.pk, status__in=standing)
    if not gone.update(status=Status.DELETED, deleted_at=now):
        client.refresh_from_db()
        return False
    records = records_of(client)
    transaction.on_commit(lambda: tombstones.note(records, now), robust=True)
    login = login_of(client)
    tables = keeping.tables(own=True)
    for table in reversed(tables):  # who stands above may still look at what those below keep
        table.forget(client, now=now)
    blank(client)
    Departure.objects.bulk_create(Departure(business=client.business, mark=mark, at=now) for mark in marks)
    if login is not None and is_nobodys(login):
        for table in tables:
            table.forget_login(login)
        login.delete()
    record(client.business, fact, client=client.pk, actor=actor, now=now)
    stands = balance_of(client.business, client.pk, now=now)
    why: dict[str, Any] = {"reason": _("The client was deleted"), "actor": actor, "now": now}
    if stands.available:
        adjust(client.business, client.pk, -stands.available, key=f"deleted:{client.pk}", **why)
    if stands.owed:  # nobody is left who could pay it
        forgive_debt(client.business, client.pk, key=f"deleted:{client.pk}:owed", **why)
    return True


def blank(client: Client) -> None:
    """Take a name, every way to reach somebody and their tags off a client's row."""
    text = client.search
    Client.objects.filter(pk=client.pk).update(
        user=None,
        access=False,
        first_name="",
        last_name="",
        email=None,
        email_key="",
        phone="",
        language="",
        external_id=None,
        own_words="",
        typed_code="",
        search="",
    )
    client.refresh_from_db()
    unlearn(client.business, text)
    client.tags.clear()


def forget_departures(now: datetime) -> int:
    """Forget the marks of deleted people whose cooldown is over. Return how many."""
    return Departure.objects.filter(at__lte=now - timedelta(days=COOLDOWN_DAYS)).delete()[0]
