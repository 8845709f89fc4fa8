"""Turn events into runs, and runs into actions. Safe with any number of workers.

An event waits in `Pending` from its own transaction on. `dispatch` takes a batch of them and, in one transaction,
writes a run for each rule that listens and removes the marks. `run_due` leases runs, asks the conditions and carries
out the actions, each in a transaction that begins with the claim of its step: so a step's writes are there exactly
once, however often workers die or overtake each other.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from plusone.events.commands import TooDeep, caused_by
from plusone.events.models import Event, Pending
from plusone.kernel.errors import Refused
from plusone.kernel.queue.identity import has_died, own_name

from .defaults import default_rules, owner_of
from .models import Rule, Run
from .vocabulary import Condition, Moment, Step, UnknownWord

logger = logging.getLogger(__name__)

DISPATCH_BATCH = 500
RUN_BATCH = 50
ROUNDS_MAX = 50
LEASE = timedelta(seconds=60)
ATTEMPTS_MAX = 8
PAUSE_FIRST = timedelta(seconds=10)
PAUSE_MAX = timedelta(hours=12)
# Trying again would end the same way.
FINAL = (Refused, TooDeep, UnknownWord)


def work(now: datetime) -> int:
    """Do what is due, to the end unless there is very much of it. Return how many events and runs were taken up."""
    taken = 0
    for _ in range(ROUNDS_MAX):
        found = dispatch() + run_due(now)
        taken += found
        if not found:
            break
    return taken


def dispatch() -> int:
    """Give a batch of events their runs. Return how many events."""
    if not Pending.objects.exists():  # asked first: on SQLite every transaction is a writer's
        return 0
    with transaction.atomic():
        # Of two workers each takes what the other has not.
        marks = Pending.objects.select_for_update(skip_locked=True).order_by("pk")[:DISPATCH_BATCH]
        events = list(Event.objects.filter(pk__in=[mark.pk for mark in marks]).order_by("pk"))
        book = Book(events)
        runs = [
            Run(business_id=event.business_id, event=event, rule=key, not_before=timezone.now())
            for event in events
            for key in book.listening(event)
        ]
        Run.objects.bulk_create(runs, ignore_conflicts=True)
        Pending.objects.filter(pk__in=[event.pk for event in events]).delete()
    return len(events)


def run_due(now: datetime) -> int:
    """Carry out a batch of runs. Return how many were taken up, whatever came of them."""
    runs = _lease()
    book = Book([run.event for run in runs])
    for run in runs:
        _carry_out(run, book.recipe(run), now)
    return len(runs)


def free_the_dead() -> int:
    """Make the runs of workers that died on this machine due now, not at the end of their leases. Return how many."""
    held = Run.objects.filter(state=Run.State.WAITING, not_before__gt=timezone.now()).exclude(worker="")
    dead = [name for name in held.order_by().values_list("worker", flat=True).distinct() if has_died(name)]
    return held.filter(worker__in=dead).update(not_before=timezone.now()) if dead else 0


@dataclass(frozen=True)
class Recipe:
    """What a rule asks and does, wherever it is written down."""

    conditions: Sequence[Condition]
    actions: Sequence[Step]


class Book:
    """The rules that listen to some events, read in one query."""

    def __init__(self, events: Iterable[Event]) -> None:
        places = {(event.business_id, event.name) for event in events}
        rows = Rule.objects.filter(
            business__in={business for business, _name in places}, when__in={name for _business, name in places}
        )
        self._rows: dict[tuple[int, str], list[Rule]] = defaultdict(list)
        for row in rows.order_by("pk") if places else ():
            self._rows[row.business_id, row.when].append(row)

    def listening(self, event: Event) -> list[str]:
        """The keys of the rules that answer this event, defaults first."""
        return list(self._recipes(event))

    def recipe(self, run: Run) -> Recipe | None:
        """What the run's rule says now; None where it is switched off or gone."""
        return self._recipes(run.event).get(run.rule)

    def _recipes(self, event: Event) -> dict[str, Recipe]:
        rows = {row.key: row for row in self._rows[event.business_id, event.name]}
        recipes: dict[str, Recipe] = {}
        for default in default_rules:
            choice = rows.pop(owner_of(default.name), None)
            if default.when.name == event.name and (default.active if choice is None else choice.active):
                recipes[owner_of(default.name)] = Recipe(default.conditions, default.actions)
        for key, row in rows.items():
            if row.active and not key.startswith("default:"):
                recipes[key] = Recipe(row.read_conditions(), row.read_actions())
        return recipes


def _lease() -> list[Run]:
    clock = timezone.now()
    due = Run.objects.filter(state=Run.State.WAITING, not_before__lte=clock).order_by("not_before", "pk")
    if not due.exists():
        return []
    with transaction.atomic():
        keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:RUN_BATCH])
        Run.objects.filter(pk__in=keys).update(attempts=F("attempts") + 1, not_before=clock + LEASE, worker=own_name())
    return list(Run.objects.filter(pk__in=keys).select_related("event", "business").order_by("pk"))


def _carry_out(run: Run, recipe: Recipe | None, now: datetime) -> None:
    """Take one run as far as it goes. Its failure is kept with it and stops no other."""
    moment = Moment(run.business, run.event, now)
    try:
        if run.attempts > ATTEMPTS_MAX:
            raise _Abandoned("the worker stopped in the middle, again and again")
        # Conditions are asked before the first action; once waits are built, again after each of them.
        if recipe is None or (run.done == 0 and not all(condition.holds(moment) for condition in recipe.conditions)):
            _mine(run).update(state=Run.State.SKIPPED, ended_at=now)
            return
        if run.done >= len(recipe.actions):  # the rule has lost actions since
            _mine(run).update(state=Run.State.DONE, ended_at=now)
        for number in range(run.done, len(recipe.actions)):
            _take_step(run, number, recipe.actions, now)
    except _Overtaken:
        logger.warning("run %s was overtaken by another worker", run.pk)
    except Exception as error:
        logger.exception("run %s of %s failed", run.pk, run.rule)
        _keep_failure(run, error, now)


def _take_step(run: Run, number: int, steps: Sequence[Step], now: datetime) -> None:
    with transaction.atomic(), caused_by(run.event):
        last = {"state": Run.State.DONE, "ended_at": now, "error": ""} if number + 1 == len(steps) else {}
        # The claim comes first: it waits for a worker that is in this very step, and then finds the step taken.
        if not _mine(run).filter(done=number).update(done=number + 1, **last):
            raise _Overtaken
        steps[number].act(Moment(run.business, run.event, now, key=f"run:{run.pk}:{number}"))


def _keep_failure(run: Run, error: Exception, now: datetime) -> None:
    text = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, (*FINAL, _Abandoned)) or run.attempts >= ATTEMPTS_MAX:
        _mine(run).update(state=Run.State.FAILED, ended_at=now, error=text)
    else:
        pause = min(PAUSE_FIRST * 4 ** (run.attempts - 1), PAUSE_MAX)
        _mine(run).update(not_before=timezone.now() + pause, worker="", error=text)


def _mine(run: Run) -> QuerySet[Run]:
    """The run as long as this lease holds: whoever takes it up after us counts one attempt more."""
    return Run.objects.filter(pk=run.pk, attempts=run.attempts, state=Run.State.WAITING)


class _Overtaken(Exception):
    """Our lease ran out and another worker is further than we are."""


class _Abandoned(Exception):
    """Nobody ever got to the end of it."""
