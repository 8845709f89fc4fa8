"""Clients that come in bulk from elsewhere: found again, changed, or added, in few statements a batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients import events
from plusone.clients.models import Client, Tag, fold
from plusone.clients.preferences import news_by_default
from plusone.events.commands import record_many
from plusone.events.facts import Fact
from plusone.kernel.db import bulk
from plusone.kernel.models import Business
from plusone.ledger.commands import open_balance, open_balances
from plusone.ledger.queries import openings_of

from .spelling import learn, unlearn

Status = Client.Status
Happened = tuple[Fact, int | None, datetime]
CHANGING = ("external_id", "first_name", "last_name", "email", "email_key", "phone", "language")
UNDONE = (*CHANGING, "user_id", "created_at", "activated_at", "undated", "told_after")
WRITTEN = (*UNDONE, "search")
QUIET = {"email_key", "user_id", "undated", "told_after"}  # what goes along with a change and is none to tell of


@dataclass(slots=True)
class ClientLine:
    """One client of a file, with columns as `clean` returns them; empty ones change nothing of a known client.

    What became of it stands in `outcome`: created, updated, same, or refused for `reason`; `notes` say what of it was
    left out. `undo` is what takes it back: see `undo_import`.
    """

    number: int
    external_id: str | None
    columns: dict[str, Any]
    status: str = Status.ACTIVE
    created_at: datetime | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    referred_by: str = ""
    opening: int = 0
    unread_phone: str = ""  # what stands where a number should, and is none
    notes: list[Callable[[], str]] = field(default_factory=list)
    outcome: str = ""
    reason: str | Promise = ""
    undo: dict[str, Any] = field(default_factory=dict)
    client: Client | None = field(default=None, repr=False)

    @property
    def client_id(self) -> int | None:
        """The row of this line, once it is written."""
        return self.client.pk if self.client else None


@transaction.atomic
def import_clients(
    business: Business,
    lines: Sequence[ClientLine],
    *,
    import_id: int | None = None,
    told_after: int | None = None,
    actor: str,
    now: datetime,
    dry_run: bool = False,
) -> None:
    """Bring in a batch: a client with the same external id or address is updated, others are added.

    Nobody gets mail for it, neither now nor as one who comes late to a text to many up to the number `told_after`, and
    nothing reacts. A dry run says what would become of each line and writes nothing. An
    address that somebody takes at the same moment makes the whole batch fail with IntegrityError.
    """
    _match(business, lines)
    had_tags = _tags_of(lines)
    due = _openings_due(business, lines)
    facts: list[Happened] = []
    added, moved, texts = [], [], []
    for line in lines:
        client = line.client
        if client is None or line.outcome == "refused":
            continue
        if line.outcome == "created":
            _fill(client, line, now)
            client.import_id, client.told_after = import_id, told_after
            client.news_by_default = line.status != Status.LEAD and news_by_default(business)
            added.append(line)
            continue
        was = client.search
        changed = _apply(client, line, told_after)
        new_tags = [tag for tag in line.tags if fold(tag) not in had_tags.get(client.pk, ())]
        if changed:
            moved.append(client)
            texts.append((was, client))
            facts.append((events.ClientChanged(fields=changed), client.pk, now))
        elif not new_tags and line.number not in due:
            line.outcome = "same"
    if dry_run:
        return
    new = [line.client for line in added if line.client]
    _attach_logins([*new, *moved])
    _rewrite(moved, WRITTEN)
    _insert(new)
    learn(business, [client.search for client in (*new, *moved)])
    for was, client in texts:
        unlearn(business, was, client.search)
    _note_undo(lines)
    facts += [(_came(client), client.pk, client.created_at) for client in new]
    facts += _give_tags(business, lines, had_tags, now)
    record_many(business, facts, actor=actor)
    _open_balances(business, lines, due, actor=actor, now=now)


@transaction.atomic
def note_first_orders(business: Business, first: Mapping[int, tuple[datetime, datetime | None]], *, actor: str) -> None:
    """Let imported orders date the clients that came without a date, and make leads who paid active (Q-11).

    `first` has, by client, the first order and the first with money. Nothing reacts.
    """
    moved: list[Client] = []
    facts: list[Happened] = []
    for client in Client.objects.filter(business=business, pk__in=list(first)):
        at, paid_at = first[client.pk]
        before = (client.created_at, client.status)
        if client.undated and at < client.created_at:
            if client.activated_at == client.created_at:
                client.activated_at = at
            client.created_at = at
        if client.is_lead and paid_at is not None:
            client.status, client.activated_at, client.activated_via = Status.ACTIVE, paid_at, "purchase"
            facts.append((events.ClientActivated(via="purchase"), client.pk, paid_at))
        if before != (client.created_at, client.status):
            moved.append(client)
    _rewrite(moved, ("created_at", "activated_at", "activated_via", "status"))
    record_many(business, facts, actor=actor)


def _match(business: Business, lines: Sequence[ClientLine]) -> None:
    """Find the client of each line, or make a new one; refuse a line whose id and address are two people's."""
    known = Client.objects.filter(business=business).exclude(status=Status.DELETED)
    by_id = {c.external_id: c for c in known.filter(external_id__in=[x.external_id for x in lines if x.external_id])}
    by_email = {c.email: c for c in known.filter(email__in=[x.columns["email"] for x in lines if x.columns["email"]])}
    nameless = [line for line in lines if not line.external_id and not line.columns["email"]]
    by_name = dict(_by_name(known.filter(external_id=None, email=None), nameless)) if nameless else {}
    for line in lines:
        mine = by_id.get(line.external_id) if line.external_id else None
        addressed = by_email.get(line.columns["email"]) if line.columns["email"] else None
        if not line.external_id and not line.columns["email"]:
            addressed = by_name.get(name_key(line.columns))
        if mine is None and addressed is not None and line.external_id and addressed.external_id:
            _refuse(line, addressed, gettext_lazy("Another client has this e-mail address, under another id."))
        elif mine is not None and addressed is not None and mine.pk != addressed.pk:
            _refuse(line, addressed, gettext_lazy("Another client has this e-mail address already."))
        else:
            line.client = mine or addressed
            line.outcome = "updated" if line.client else "created"
            line.client = line.client or Client(business=business)


def name_key(columns: Mapping[str, Any]) -> str:
    """Return by what a client without id and address is known again: name and phone."""
    return fold(f"{columns['first_name']} {columns['last_name']} {columns['phone']}")


def _by_name(known: Any, lines: Sequence[ClientLine]) -> Iterator[tuple[str, Client]]:
    for client in known.filter(first_name__in={line.columns["first_name"] for line in lines}):
        about = {"first_name": client.first_name, "last_name": client.last_name, "phone": client.phone}
        yield name_key(about), client


def _refuse(line: ClientLine, other: Client, reason: str | Promise) -> None:
    line.outcome, line.reason, line.client = "refused", reason, other


def _fill(client: Client, line: ClientLine, now: datetime) -> None:
    """Give a new client what its line says."""
    for name, value in line.columns.items():
        setattr(client, name, value)
    client.external_id, client.status, client.language = line.external_id, line.status, line.language
    client.source, client.undated, client.created_at = "import", line.created_at is None, line.created_at or now
    if line.status != Status.LEAD:
        client.activated_at = client.created_at
    if line.status == Status.ARCHIVED:
        client.status_before, client.archived_at = Status.ACTIVE, now
    client.search = client.search_text()


def _apply(client: Client, line: ClientLine, told_after: int | None) -> tuple[str, ...]:
    """Give a known client what is new in its line; say which fields that were. Where they stand stays."""
    told = {**line.columns, "external_id": line.external_id, "language": line.language}
    before = _state(client)
    changed = [name for name in CHANGING if told[name] and told[name] != getattr(client, name)]
    if "email" in changed:
        client.user_id = None
        if not client.email:  # whoever can be written to from now on was not told before
            client.told_after = told_after
    for name in changed:
        setattr(client, name, told[name])
    if client.source == "import" and line.created_at and line.created_at != client.created_at:
        if client.activated_at == client.created_at:
            client.activated_at = line.created_at
        client.created_at, client.undated = line.created_at, False
        changed.append("created_at")
    client.search = client.search_text()
    if changed:
        line.undo["before"] = before
    return tuple(sorted(set(changed) - QUIET))


def _note_undo(lines: Sequence[ClientLine]) -> None:
    """Keep what each client is like now, by which `undo_import` knows what was edited since."""
    for line in lines:
        if line.client and line.outcome == "created":
            line.undo["user"] = line.client.user_id
        elif line.client and "before" in line.undo:
            line.undo["after"] = _state(line.client)


def _state(client: Client) -> dict[str, Any]:
    """Return what an import may change of a client, as JSON has it."""
    values = {name: getattr(client, name) for name in UNDONE}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _openings_due(business: Business, lines: Sequence[ClientLine]) -> dict[int, int]:
    """Return by line which opening balances are to be written, with how many the client had; each has one at most."""
    asked = [line for line in lines if line.opening and line.outcome in ("created", "updated")]
    known = openings_of(business, [line.client.pk for line in asked if line.client and line.client.pk])
    due = {}
    for line in asked:
        standing, times = known.get(line.client_id or 0, (0, 0))
        if not standing:
            due[line.number] = times
        elif standing != line.opening:
            line.notes.append(_has_opening)
    return due


def _has_opening() -> str:
    return _("This client has an opening balance already, which stays as it is.")


def _open_balances(
    business: Business, lines: Sequence[ClientLine], due: Mapping[int, int], *, actor: str, now: datetime
) -> None:
    mine = [(line, line.client.pk) for line in lines if line.number in due and line.client]
    keys = {client: f"opening:{client}:{due[line.number]}" for line, client in mine}
    new = [(client, line.opening, keys[client]) for line, client in mine if line.outcome == "created"]
    opened = open_balances(business, new, actor=actor, now=now)
    for line, client in mine:
        if client not in opened:
            made = open_balance(business, client, line.opening, key=keys[client], actor=actor, now=now)
            opened[client] = made.pk
        line.undo["opening"] = opened[client]


def _came(client: Client) -> Fact:
    if client.status == Status.LEAD:
        return events.ClientRegistered(source="import")
    return events.ClientCreated(source="import")


def _insert(clients: Sequence[Client]) -> None:
    for client, key in zip(clients, bulk.reserve_ids(Client, len(clients)), strict=True):
        client.pk = key
    names = [field.attname for field in Client._meta.concrete_fields]
    bulk.insert(Client, names, ([getattr(client, name) for name in names] for client in clients))


def _rewrite(clients: Sequence[Client], names: Sequence[str]) -> None:
    """Write these columns of known clients."""
    bulk.update(Client, names, ([*(getattr(client, name) for name in names), client.pk] for client in clients))


def _attach_logins(clients: Sequence[Client]) -> None:
    """Give the login to clients whose address somebody proved before, as a client added by hand gets it."""
    open_to = [client for client in clients if client.email and client.access and not client.is_invited]
    waiting = {client.email: client for client in open_to if client.user_id is None}
    proved = Client.objects.filter(user__email__in=list(waiting), user__is_handed=False)
    for email, user in proved.values_list("user__email", "user_id").distinct().order_by():
        waiting[email].user_id = user


def _tags_of(lines: Sequence[ClientLine]) -> dict[int, set[str]]:
    """Return the keys of the tags that known clients have, where the file says anything of tags."""
    found: dict[int, set[str]] = {}
    wanted = [line.client.pk for line in lines if line.tags and line.client and line.client.pk]
    if wanted:
        for client, key in Client.tags.through.objects.filter(client__in=wanted).values_list("client_id", "tag__key"):
            found.setdefault(client, set()).add(key)
    return found


def _give_tags(
    business: Business, lines: Sequence[ClientLine], had: Mapping[int, set[str]], now: datetime
) -> list[Happened]:
    """Add the tags of the lines, made where they are new; none is taken away. Return what happened."""
    names = {fold(name): name for line in lines if line.outcome in ("created", "updated") for name in line.tags}
    if not names:
        return []
    known = set(Tag.objects.filter(business=business, key__in=list(names)).values_list("key", flat=True))
    Tag.objects.bulk_create(
        [Tag(business=business, key=key, name=name) for key, name in names.items()], ignore_conflicts=True
    )
    tags = dict(Tag.objects.filter(business=business, key__in=list(names)).values_list("key", "id"))
    pairs = {
        (line.client.pk, tags[key])
        for line in lines
        if line.client and line.outcome in ("created", "updated")
        for key in {fold(name) for name in line.tags} - had.get(line.client.pk, set())
    }
    through = Client.tags.through
    through.objects.bulk_create([through(client_id=client, tag_id=tag) for client, tag in sorted(pairs)])
    mine = {line.client.pk: line for line in lines if line.client and line.outcome in ("created", "updated")}
    made = {tag for key, tag in tags.items() if key not in known}
    for client, tag in sorted(pairs):
        mine[client].undo.setdefault("tags", []).append(tag)
        if tag in made:
            mine[client].undo.setdefault("made", []).append(tag)
    return [(events.ClientTagged(tag=tag), client, now) for client, tag in sorted(pairs)]
