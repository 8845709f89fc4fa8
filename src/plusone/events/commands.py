"""Write facts to the log, in the transaction of the change they tell of."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Literal

from django.db import transaction

from plusone.kernel import ids
from plusone.kernel.db import bulk
from plusone.kernel.models import Business

from . import reactions
from .events import ReactionFailed
from .facts import Fact
from .models import Event, Pending

DEPTH_MAX = 16
BATCH = 1000
IMPORTED = ("name", "client_id", "actor", "at", "data")

_cause: ContextVar[Event | None] = ContextVar("cause", default=None)


class TooDeep(RuntimeError):  # named as the trade says it, like Refused
    """Events cause each other without end: rules or reactions feed one another."""


def record(
    business: Business, fact: Fact, *, client: int | None = None, actor: str, now: datetime, imported: bool = False
) -> Event:
    """Write that the fact happened, and let the rooms above react to it in the same transaction.

    `client` is the key of the client it is about; no other personal trace goes into the log. Rules answer after the
    commit. An imported event is history: nothing reacts to it.
    """
    _assert_in_transaction()
    cause = _cause.get()
    event = Event.objects.create(**_row(business, fact, client, actor, now, cause, imported=imported))
    if imported:
        return event
    Pending.objects.create(event=event)
    with caused_by(event):
        for reaction in reactions.reactions_to(fact.name):
            error = reactions.run(reaction, business, event, fact, now)
            if error is not None and not isinstance(fact, ReactionFailed):
                failure = ReactionFailed(reaction=reaction.name, error=type(error).__name__)
                record(business, failure, client=client, actor="system", now=now)
    return event


def record_many(
    business: Business,
    happened: Iterable[tuple[Fact, int | None, datetime]],
    *,
    actor: str,
    imported: Literal[True] = True,
) -> int:
    """Write the history that an import brings, `(fact, client key, at)` each. Return how many.

    One INSERT per batch and flat memory, so `happened` may be a generator. Nothing reacts and no rule answers.
    """
    _assert_in_transaction()
    cause = _cause.get()
    written = 0
    for batch in itertools.batched(happened, BATCH):
        rows = [_row(business, fact, client, actor, at, cause, imported=imported) for fact, client, at in batch]
        bulk.insert(
            Event,
            ("public_id", "business", "name", "client_id", "actor", "at", "data", "cause", "depth", "imported"),
            [
                (
                    ids.public_id(),
                    business.pk,
                    *(row[name] for name in IMPORTED),
                    cause and cause.pk,
                    row["depth"],
                    True,
                )
                for row in rows
            ],
        )
        written += len(batch)
    return written


@contextmanager
def caused_by(event: Event) -> Iterator[None]:
    """Give the events recorded inside the block this one as their cause."""
    token = _cause.set(event)
    try:
        yield
    finally:
        _cause.reset(token)


def _row(
    business: Business, fact: Fact, client: int | None, actor: str, at: datetime, cause: Event | None, *, imported: bool
) -> dict[str, object]:
    assert actor, "every event has an actor"
    assert cause is None or cause.business_id == business.pk, "an event of one business cannot cause one of another"
    depth = 0 if cause is None else cause.depth + 1
    if depth > DEPTH_MAX and not isinstance(fact, ReactionFailed):  # which must be seen even at the end of a chain
        raise TooDeep(f"{fact.name} would be number {depth} in a chain of causes")
    return {
        "business": business,
        "name": fact.name,
        "client_id": client,
        "actor": actor,
        "at": at,
        "data": fact.data(),
        "cause": cause,
        "depth": depth,
        "imported": imported,
    }


def _assert_in_transaction() -> None:
    assert transaction.get_connection().in_atomic_block, "a fact is recorded inside the transaction of its change"
