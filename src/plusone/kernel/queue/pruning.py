"""Old rows of the queue go."""

from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone

from plusone.kernel.models.queue import QueuedTask, WorkerSeen

from .sweeps import sweep

DONE_KEPT = timedelta(days=2)
FAILED_KEPT = timedelta(days=30)
BATCH = 1000


@sweep(every_seconds=600)
def prune(now: datetime) -> int:
    """Delete what finished long ago, by the machine's clock. Return how many rows went."""
    at = timezone.now()
    WorkerSeen.objects.filter(seen_at__lt=at - timedelta(days=1)).delete()
    old_done = QueuedTask.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=at - DONE_KEPT)
    old_failed = QueuedTask.objects.filter(status=TaskResultStatus.FAILED, finished_at__lt=at - FAILED_KEPT)
    gone = 0
    for old in (old_done, old_failed):
        while True:
            with transaction.atomic():  # in pieces, so that nobody waits long for the write lock
                count, _ = QueuedTask.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
            gone += count
            if count < BATCH:
                break
    return gone
