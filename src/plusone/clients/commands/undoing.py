"""Taking back what an import did to clients: who it added goes, who it changed is as before, unless more happened."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, Tag
from plusone.events.commands import record_many
from plusone.events.facts import Fact
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.commands import undo_opening
from plusone.ledger.models import Transfer

from .imports import QUIET
from .spelling import learn, unlearn

MOMENTS = ("created_at", "activated_at")
# The log and the books have their own words for what is no more; they are asked apart.
ASKED_APART = ("events", "ledger", "connect")


@dataclass(slots=True)
class UndoneLine:
    """What an import did to a client, and whether it added them. What stays although it should go is in `left`."""

    number: int
    client_id: int
    created: bool
    undo: dict[str, Any]
    left: list[Callable[[], str]] = field(default_factory=list)


@transaction.atomic
def undo_import(
    business: Business, lines: Sequence[UndoneLine], *, causes: Sequence[int], actor: str, now: datetime
) -> None:
    """Take a batch back. `causes` are the events that the import and its undoing are: all others are what happened
    since, and keep a client.

    A client who was added and to whom nothing else happened is gone; one who was changed gets back what was there, but
    for what was edited since.
    """
    clients = _locked(business, [line.client_id for line in lines])
    lived = _lived_on(business, [line.client_id for line in lines if line.created], causes)
    facts: list[tuple[Fact, int | None, datetime]] = []
    gone: list[int] = []
    words = [client.search for client in clients.values()]
    for line in lines:
        client = clients.get(line.client_id)
        if client is None:
            continue  # deleted since: there is nobody left to take it back from
        if not line.created:
            changed = _restore(client, line)
            facts += [(events.ClientChanged(fields=changed), client.pk, now)] if changed else []
            facts += [(events.ClientUntagged(tag=tag), client.pk, now) for tag in _untag(client, line)]
            _take_opening(line, actor=actor, now=now)
        elif client.pk in lived or client.user_id != line.undo.get("user"):
            line.left.append(_has_lived_on)
        elif _take_opening(line, actor=actor, now=now):
            gone.append(client.pk)
            facts.append((events.ClientRemoved(), client.pk, now))
    Client.tags.through.objects.filter(client__in=gone).delete()
    Client.objects.filter(business=business, pk__in=gone).delete()
    kept = [client.search for client in clients.values() if client.pk not in gone]
    learn(business, kept)
    unlearn(business, " ".join(words), " ".join(kept))
    record_many(business, facts, actor=actor)


@transaction.atomic
def remove_unused_tags(business: Business, tag_ids: Iterable[int]) -> int:
    """Remove those of these tags that nobody has and nothing names. Return how many."""
    unused = Tag.objects.filter(business=business, pk__in=list(tag_ids), clients=None)
    removed = 0
    for tag in unused:
        if not any(rows.exists() for rows in _rows_naming(Tag, [tag.pk])):
            tag.delete()
            removed += 1
    return removed


def _locked(business: Business, ids: Sequence[int]) -> dict[int, Client]:
    rows = Client.objects.filter(business=business, pk__in=ids).exclude(status=Client.Status.DELETED)
    return {client.pk: client for client in rows.order_by("pk").select_for_update()}


def _lived_on(business: Business, ids: Sequence[int], causes: Sequence[int]) -> set[int]:
    """Return to whom of these anything happened that the import did not do: an event, or a row that names them."""
    told = Event.objects.filter(business=business, client_id__in=ids).exclude(cause__in=list(causes))
    found = set(told.values_list("client_id", flat=True).distinct().order_by())
    for rows in _rows_naming(Client, ids):
        found |= set(rows.distinct().order_by())
    return {client for client in found if client is not None}


def _rows_naming(model: type[models.Model], ids: Sequence[int]) -> Iterator[Any]:
    """Yield, for each table that names rows of `model`, which of `ids` it names; the tags of clients do not count."""
    plain = f"{model._meta.model_name}_id"
    for other in apps.get_models():
        if other is Client.tags.through or other._meta.app_label in ASKED_APART:
            continue
        for one in other._meta.concrete_fields:
            if one.related_model is model or (one.name == plain and isinstance(one, models.BigIntegerField)):
                yield other._base_manager.filter(**{f"{one.name}__in": ids}).values_list(one.attname, flat=True)


def _restore(client: Client, line: UndoneLine) -> tuple[str, ...]:
    """Give a client back what the import changed, where it still says what the import wrote."""
    before, after = line.undo.get("before", {}), line.undo.get("after", {})
    changed = [name for name in before if before[name] != after[name]]
    mine = [name for name in changed if _as_json(getattr(client, name)) == after[name]]
    if set(mine) != set(changed):
        line.left.append(_was_edited)
    if not mine:
        return ()
    for name in mine:
        setattr(client, name, _from_json(name, before[name]))
    client.search = client.search_text()
    try:
        with transaction.atomic():
            client.save(update_fields=[*mine, "search"])
    except IntegrityError:
        line.left.append(_was_taken)
        return ()
    return tuple(sorted(set(mine) - QUIET))


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _from_json(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and value else value


def _untag(client: Client, line: UndoneLine) -> list[int]:
    rows = Client.tags.through.objects.filter(client=client, tag__in=line.undo.get("tags", []))
    tags = sorted(rows.values_list("tag_id", flat=True))
    rows.delete()
    return tags


def _take_opening(line: UndoneLine, *, actor: str, now: datetime) -> bool:
    """Take the opening balance of a line back. Say whether none is left."""
    opening = line.undo.get("opening")
    if not opening:
        return True
    reason = _("The import was undone")
    if undo_opening(Transfer.objects.get(pk=opening), reason=reason, actor=actor, now=now):
        return True
    line.left.append(_was_spent)
    return False


def _has_lived_on() -> str:
    return _("Something has happened with this client since, so they stay.")


def _was_edited() -> str:
    return _("This client was edited since; what was edited stays.")


def _was_taken() -> str:
    return _("Another client has this e-mail address or id by now, so the details stay.")


def _was_spent() -> str:
    return _("The opening balance has been used since, so it stays.")
