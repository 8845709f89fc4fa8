"""Who has which row: taking, keeping, finishing and giving back, each by one conditional UPDATE.

A worker has a row while `due_at`, the end of its lease, lies ahead. Whoever takes it next raises `attempts`; from then
on what the former holder does to it changes nothing, because each UPDATE here names the attempt it belongs to.
"""

import random
import traceback
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.tasks import TaskResultStatus
from django.utils import timezone

from plusone.kernel.models.queue import QueuedTask

from .identity import has_died
from .tasks import ATTEMPTS_MAX, FIRST_PAUSE_SECONDS, Later, Permanent

LEASE = timedelta(seconds=60)
LONGEST_PAUSE_SECONDS = 6 * 3600
ERRORS_KEPT = 5
TRACEBACK_KEPT = 6000


class LostClaim(Exception):
    """Another worker has taken this row since: this one was taken for dead. What it did is rolled back."""


def take(worker: str, count: int) -> list[QueuedTask]:
    """Take up to `count` rows that are due, the most urgent first."""
    now = timezone.now()
    due = QueuedTask.objects.filter(finished_at=None, due_at__lte=now)
    # An idle worker asks here twice a second: a look in the index, and no write transaction.
    if not due.exists():
        return []
    with transaction.atomic():
        # PostgreSQL: each worker locks other rows and waits for nobody. SQLite has no such lock and lets one writer in.
        rows = list(due.select_for_update(skip_locked=True).order_by("-priority", "due_at", "id")[:count])
        return [row for row in rows if _take_one(row, worker, now)]


def _take_one(row: QueuedTask, worker: str, now: datetime) -> bool:
    # The condition is the guard where SKIP LOCKED is not: only one of two readers of the same row finds it unchanged.
    taken = QueuedTask.objects.filter(pk=row.pk, attempts=row.attempts, finished_at=None).update(
        status=TaskResultStatus.RUNNING,
        due_at=now + LEASE,
        attempts=F("attempts") + 1,
        worker=worker,
        first_started_at=row.first_started_at or now,
        last_started_at=now,
    )
    row.attempts += 1
    row.worker, row.status = worker, TaskResultStatus.RUNNING
    row.first_started_at, row.last_started_at = row.first_started_at or now, now
    return taken == 1


def _held(row: QueuedTask) -> Any:
    return QueuedTask.objects.filter(pk=row.pk, attempts=row.attempts, finished_at=None)


def renew(worker: str) -> int:
    """Extend the leases of all that `worker` has."""
    running = QueuedTask.objects.filter(worker=worker, status=TaskResultStatus.RUNNING, finished_at=None)
    return running.update(due_at=timezone.now() + LEASE)


def give_back(row: QueuedTask) -> None:
    """Return a row that was taken but not begun, as if it never had been."""
    _held(row).update(status=TaskResultStatus.READY, due_at=timezone.now(), attempts=F("attempts") - 1, worker="")


def free_the_dead() -> int:
    """Make the rows of workers that died on this machine due now, rather than at the end of their leases."""
    holders = (
        QueuedTask.objects.filter(status=TaskResultStatus.RUNNING, finished_at=None, due_at__gt=timezone.now())
        .order_by()
        .values_list("worker", flat=True)
        .distinct()
    )
    dead = [name for name in holders if has_died(name)]
    if not dead:
        return 0
    rows = QueuedTask.objects.filter(worker__in=dead, status=TaskResultStatus.RUNNING, finished_at=None)
    return rows.update(due_at=timezone.now())


def finish(row: QueuedTask, return_value: Any) -> None:
    """Mark a row done. Raise LostClaim if it is no longer ours, and so roll back an atomic body."""
    done = _held(row).update(
        status=TaskResultStatus.SUCCESSFUL,
        finished_at=timezone.now(),
        return_value=return_value,
    )
    if not done:
        raise LostClaim(f"task {row.pk}, attempt {row.attempts}")


def fail(row: QueuedTask, error: BaseException, task: Any) -> bool:
    """Note a failed attempt: again after a pause, or failed for good. Say whether it was for good."""
    attempts_max = getattr(task, "attempts_max", ATTEMPTS_MAX)
    for_good = isinstance(error, Permanent) or row.attempts >= attempts_max
    errors = [*row.errors, _described(error)][-ERRORS_KEPT:]
    now = timezone.now()
    if for_good:
        _held(row).update(status=TaskResultStatus.FAILED, finished_at=now, errors=errors)
    else:
        pause = error.pause if isinstance(error, Later) else _pause(row.attempts, task)
        _held(row).update(status=TaskResultStatus.READY, due_at=now + pause, errors=errors, worker="")
    return for_good


def _pause(attempts: int, task: Any) -> timedelta:
    """Three times as long after each attempt, up to six hours, and never at the same moment as everybody else."""
    first: float = getattr(task, "first_pause_seconds", FIRST_PAUSE_SECONDS)
    seconds = min(first * 3 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, not a secret


def _described(error: BaseException) -> dict[str, str]:
    kind = type(error)
    return {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "traceback": "".join(traceback.format_exception(error))[-TRACEBACK_KEPT:],
    }
