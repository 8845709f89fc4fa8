"""What the queue looks like from outside: for `doctor`, `/readyz` and the metrics."""

from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet
from django.tasks import TaskResultStatus
from django.utils import timezone

from plusone.kernel.models.queue import QueuedTask, WorkerSeen

# A worker says every KEEP_SECONDS that it is there (see worker.py); after three times that it is missed.
ALIVE_WITHIN = timedelta(seconds=50)
STUCK_AFTER = timedelta(seconds=60)


def waiting() -> int:
    """Return how many tasks are neither done nor failed for good."""
    return QueuedTask.objects.filter(finished_at=None).count()


def failed(since: datetime) -> QuerySet[QueuedTask]:
    """Return the tasks that failed for good since then, the latest first."""
    rows = QueuedTask.objects.filter(status=TaskResultStatus.FAILED, finished_at__gte=since)
    return rows.order_by("-finished_at")


def failures(since: datetime) -> dict[str, int]:
    """Return how many tasks of each kind failed for good since then."""
    return dict(failed(since).order_by("path").values_list("path").annotate(times=Count("pk")))


def longest_overdue() -> timedelta:
    """Return how long the oldest due task has been waiting for a worker."""
    now = timezone.now()
    oldest = QueuedTask.objects.filter(finished_at=None, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    return now - oldest if oldest else timedelta(0)


def is_stuck() -> bool:
    """Say whether due work has been lying for so long that no worker can be at it."""
    return longest_overdue() > STUCK_AFTER


def workers_alive() -> list[WorkerSeen]:
    """Return the workers that have lately said that they run."""
    return list(WorkerSeen.objects.filter(seen_at__gt=timezone.now() - ALIVE_WITHIN).order_by("started_at"))


def last_seen_at() -> datetime | None:
    """Return when a worker last said that it runs, by the clock of its machine."""
    seen: datetime | None = WorkerSeen.objects.aggregate(at=Max("seen_at"))["at"]
    return seen


def is_busy_or_due() -> bool:
    """Say whether any task is due now or in the hands of a worker."""
    running = Q(status=TaskResultStatus.RUNNING)
    return QueuedTask.objects.filter(running | Q(due_at__lte=timezone.now()), finished_at=None).exists()
