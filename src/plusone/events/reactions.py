"""What a higher room does at once when a fact is recorded, in the same transaction.

    @reaction(OrderPaid, failed=hold_for_review)
    def grant(business: Business, event: Event, fact: OrderPaid, now: datetime) -> None: ...

Reactions to one fact run in layer order (the order of `settings.ROOMS`), each in a savepoint of its own: one that
raises undoes what it did and nothing else. An outage (deadlock, lock timeout, lost connection) is not caught: the whole
transaction fails and is run again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from plusone.kernel.models import Business

from .facts import Fact
from .models import Event

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError)

type React[F: Fact] = Callable[[Business, Event, F, datetime], object]
type Failed[F: Fact] = Callable[[Business, Event, F, datetime, Exception], object]


@dataclass(frozen=True)
class Reaction:
    """One function that answers one fact, and what to do when it fails."""

    name: str
    layer: int
    react: React[Any]
    failed: Failed[Any] | None


_reactions: dict[str, list[Reaction]] = {}


def reaction[F: Fact](fact: type[F], *, failed: Failed[F] | None = None) -> Callable[[React[F]], React[F]]:
    """Run the decorated function inside `record()` of that fact.

    `failed(business, event, fact, now, error)` is called, in a savepoint of its own, after the function has raised and
    been undone: make there what a person has to see. Without it only `reaction.failed` stands in the log.
    """

    def register(react: React[F]) -> React[F]:
        name = f"{react.__module__}.{react.__name__}"
        row = _reactions.setdefault(fact.name, [])
        row.append(Reaction(name, _layer(react.__module__), react, failed))
        row.sort(key=lambda reaction: reaction.layer)
        return react

    return register


def reactions_to(name: str) -> list[Reaction]:
    """The reactions to a fact, in the order they run."""
    return _reactions.get(name, [])


def run(reaction: Reaction, business: Business, event: Event, fact: Fact, now: datetime) -> Exception | None:
    """Run one reaction in its savepoint. Return the error that undid it, if any; an outage is raised."""
    try:
        with transaction.atomic():
            reaction.react(business, event, fact, now)
    except OUTAGES:
        raise
    except Exception as error:
        logger.exception("reaction %s to event %s failed", reaction.name, event.pk)
        if reaction.failed is not None:
            _tell(reaction, business, event, fact, now, error)
        return error
    return None


def _tell(reaction: Reaction, business: Business, event: Event, fact: Fact, now: datetime, error: Exception) -> None:
    assert reaction.failed is not None
    try:
        with transaction.atomic():
            reaction.failed(business, event, fact, now, error)
    except OUTAGES:
        raise
    except Exception:  # The sale stands even then; `reaction.failed` is in the log either way.
        logger.exception("what should follow the failure of %s at event %s failed too", reaction.name, event.pk)


def _layer(module: str) -> int:
    """The place of the module's room in the order of the layers; a room that came with a package stands above all."""
    package, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    return settings.ROOMS.index(room) if package == "plusone" and room in settings.ROOMS else len(settings.ROOMS)
