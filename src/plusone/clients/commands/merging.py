"""Two records of one person become one (CASES 21): what each room keeps is given to the one that stays."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from plusone.clients import events, keeping
from plusone.clients.models import Client, Consent, DataExport, NextStep, Note
from plusone.clients.queries import is_nobodys
from plusone.events.commands import record
from plusone.kernel import guards
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.ledger.commands import move_balance

from .lifecycle import blank
from .profile import edit_client

Status = Client.Status
FILLED = ("last_name", "email", "phone", "language")


@dataclass(frozen=True)
class Merged:
    """What a merge gives to the record that stays: by table, and which details it had not."""

    moved: list[tuple[str | Promise, int]]
    filled: list[str]


class _Undo(Exception):  # no error: it ends a rehearsal
    """Takes the rehearsal back."""


def foresee_merge(kept: Client, gone: Client, *, actor: str, now: datetime) -> Merged:
    """Return what merging would give. Nothing is changed: it is done and taken back. Raise Refused as merging does."""
    found = Merged([], [])
    try:
        with transaction.atomic():
            found = merge_clients(_again(kept), _again(gone), actor=actor, now=now)
            raise _Undo
    except _Undo:
        return found


@whole
def merge_clients(kept: Client, gone: Client, *, actor: str, now: datetime) -> Merged:
    """Make two records of one person one: `kept` stays and gets orders, visits, balance, recommendations and the
    details that it lacks; of `gone` a number without a name is left. There is no way back.

    Raise Refused where one of them cannot be merged, with the next step.
    """
    assert kept.business_id == gone.business_id
    rows = _locked(kept.pk, gone.pk)
    _check(rows[kept.pk], rows[gone.pk])
    for one in (kept, gone):  # as they are now: another try may have blanked what it was given
        one.refresh_from_db()
    moved = [
        (table.label, number)
        for table in keeping.tables(own=True)
        if (number := table.move(gone, kept, actor=actor, now=now))
    ]
    was = {name: getattr(gone, name) for name in FILLED}
    login, professional, external_id = gone.user, gone.professional_id, gone.external_id
    tags = list(gone.tags.all())
    Client.objects.filter(pk=gone.pk).update(status=Status.DELETED, deleted_at=now)
    blank(gone)
    filled = _fill(kept, was, actor=actor, now=now)
    kept.refresh_from_db()
    kept.professional_id = kept.professional_id or professional
    kept.external_id = kept.external_id or external_id
    kept.user = kept.user or login
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.save(update_fields=["professional", "external_id", "user", "created_at"])
    kept.tags.add(*tags)
    if login is not None and kept.user != login and is_nobodys(login):
        login.delete()
    told = events.ClientMerged(other=gone.pk)
    record(kept.business, told, client=kept.pk, actor=actor, now=now)
    return Merged(moved, filled)


def move_rows(model: type[Model], gone: Client, kept: Client) -> int:
    """Say of rows of a table that they are another record's. Return how many."""
    return model._default_manager.filter(client=gone).update(client=kept)


def move_books(model: type[Model], gone: Client, kept: Client) -> int:
    """The same of payments and refunds, which are never changed: whose they are is said anew, no amount and no day."""
    with guards.lifted(connection):
        return move_rows(model, gone, kept)


def move_own_balance(gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
    """Move the balance, which is told as money and not counted."""
    reason = _("Two records of a client were merged")
    key = f"merge:{gone.pk}:{kept.pk}"
    move_balance(gone.business, gone.pk, kept.pk, key=key, reason=reason, actor=actor, now=now)
    return 0


def move_notes(gone: Client, kept: Client, *, is_private: bool) -> int:
    """Move what the team wrote."""
    return Note.objects.filter(client=gone, is_private=is_private).update(client=kept)


def move_next_step(gone: Client, kept: Client) -> int:
    """Move what is planned; what is planned with the record that stays comes first."""
    if NextStep.objects.filter(client=kept).exists():
        NextStep.objects.filter(client=gone).delete()
        return 0
    return move_rows(NextStep, gone, kept)


def move_consents(gone: Client, kept: Client) -> int:
    """Move what they agreed to."""
    return move_rows(Consent, gone, kept)


def drop_copies(gone: Client) -> None:
    """Delete copies of the data, which are not those of the record that stays."""
    DataExport.objects.filter(client=gone).delete()


def _locked(*keys: int) -> dict[int, Client]:
    """Return both records as they are now, locked until the transaction ends: of two merges of one, one is refused."""
    return {row.pk: row for row in Client.objects.select_for_update().filter(pk__in=keys).order_by("pk")}


def _again(client: Client) -> Client:
    return Client.objects.select_related("business", "user").get(pk=client.pk)


def _check(kept: Client, gone: Client) -> None:
    if kept.pk == gone.pk:
        raise Refused(_("This is the same client."), code="same_client", then=_("Choose the other record."))
    for one in (kept, gone):
        if one.status == Status.DELETED:
            raise Refused(_("This client was deleted."), code="deleted", then=_("Choose another record."))
        if one.is_invited:
            raise Refused(
                _("%(name)s has not accepted the invitation yet.") % {"name": one.full_name},
                code="invited",
                then=_("Take it back, or wait for the answer."),
            )
    if kept.is_archived:
        raise Refused(
            _("%(name)s is archived.") % {"name": kept.full_name}, code="archived", then=_("Bring them back first.")
        )
    if kept.is_lead and not gone.is_lead:
        raise Refused(
            _("%(name)s is still a lead.") % {"name": kept.full_name},
            code="lead",
            then=_("Merge it the other way round, from the profile of the client."),
        )


def _fill(kept: Client, was: dict[str, str], *, actor: str, now: datetime) -> list[str]:
    """Give the record that stays what it has not. Return the names of the details."""
    changes = {name: value for name, value in was.items() if value and not getattr(kept, name)}
    if changes:
        edit_client(kept, actor=actor, now=now, **changes)
    return sorted(changes)
