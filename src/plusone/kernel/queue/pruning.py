"""Old rows of the queue go."""

import json
import re
from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone

from plusone.kernel.models.queue import QueuedTask, WorkerSeen

from .sweeps import sweep

DONE_KEPT = timedelta(days=2)
FAILED_KEPT = timedelta(days=30)
BATCH = 1000


def forget_errors(words: list[str]) -> int:
    """Take these words out of what is kept of attempts that failed: a server may have named the person it refused."""
    done = 0
    for row in QueuedTask.objects.exclude(errors=[]):
        kept = json.dumps(row.errors, ensure_ascii=False)
        for word in words:
            kept = re.sub(rf"(?<!\w){re.escape(json.dumps(word, ensure_ascii=False)[1:-1])}(?!\w)", "…", kept)
        if (errors := json.loads(kept)) != row.errors:
            done += QueuedTask.objects.filter(pk=row.pk).update(errors=errors)
    return done


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
