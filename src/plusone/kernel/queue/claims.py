"""Who has which row: taking, keeping, finishing and giving back, each by one conditional UPDATE.

A worker has a row while `due_at`, the end of its lease, lies ahead. Whoever takes it next raises `attempts`; from then
on what the former holder does to it changes nothing, because each UPDATE here names the attempt it belongs to.
"""

import json
import random
import traceback
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
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


# Written out, because a worker runs these two for each task. One statement each, so that nothing comes between.
_IS_DUE = "SELECT 1 FROM kernel_queuedtask WHERE finished_at IS NULL AND due_at <= %s LIMIT 1"
_TAKE = """
WITH next AS MATERIALIZED (
    SELECT id FROM kernel_queuedtask WHERE finished_at IS NULL AND due_at <= %s
    ORDER BY priority DESC, due_at, id LIMIT %s {lock}
)
UPDATE kernel_queuedtask SET status = %s, due_at = %s, attempts = attempts + 1, worker = %s,
    first_started_at = COALESCE(first_started_at, %s), last_started_at = %s
WHERE id IN (SELECT id FROM next) RETURNING *
"""
_FINISH = """
UPDATE kernel_queuedtask SET status = %s, finished_at = %s, return_value = %s
WHERE id = %s AND attempts = %s AND finished_at IS NULL
"""


def take(worker: str, count: int) -> list[QueuedTask]:
    """Take up to `count` rows that are due, the most urgent first."""
    now = timezone.now()
    with connection.cursor() as cursor:
        # An idle worker asks here twice a second: a look in the index, and no write transaction.
        cursor.execute(_IS_DUE, [adapt(now)])
        if cursor.fetchone() is None:
            return []
    # PostgreSQL: each worker locks other rows and waits for nobody. SQLite lets one statement write at a time.
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    running = TaskResultStatus.RUNNING.value
    rows = QueuedTask.objects.raw(_TAKE.format(lock=lock), [now, count, running, now + LEASE, worker, now, now])
    return sorted(rows, key=lambda row: (-row.priority, row.enqueued_at, row.pk))


def adapt(at: datetime) -> Any:
    """Return a time as this database takes it in hand-written SQL."""
    return connection.ops.adapt_datetimefield_value(at)


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
    done, now = TaskResultStatus.SUCCESSFUL, timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, [done.value, adapt(now), json.dumps(return_value), row.pk, row.attempts])
        if cursor.rowcount == 0:
            raise LostClaim(f"task {row.pk}, attempt {row.attempts}")
    row.status, row.finished_at, row.return_value = done, now, return_value


def fail(row: QueuedTask, error: BaseException, task: Any) -> bool:
    """Note a failed attempt: again after a pause, or failed for good. Say whether it was for good."""
    attempts_max = getattr(task, "attempts_max", ATTEMPTS_MAX)
    for_good = isinstance(error, Permanent) or row.attempts >= attempts_max
    row.errors = [*row.errors, _described(error)][-ERRORS_KEPT:]
    now = timezone.now()
    if for_good:
        row.status, row.finished_at = TaskResultStatus.FAILED, now
        _held(row).update(status=row.status, finished_at=now, errors=row.errors)
    else:
        pause = error.pause if isinstance(error, Later) else _pause(row.attempts, task)
        _held(row).update(status=TaskResultStatus.READY, due_at=now + pause, errors=row.errors, worker="")
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
