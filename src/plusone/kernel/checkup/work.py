"""Whether background work is done."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from plusone.kernel.queue import queries

from .fault import Fault

FAILED_WITHIN = timedelta(days=1)


def workers() -> Iterator[Fault]:
    """Look for somebody who does it."""
    if not queries.workers_alive():
        yield Fault(
            "worker",
            "No background worker runs: mail waits, holds do not end.",
            "Run `plusone serve` or `plusone worker`.",
        )


def tasks() -> Iterator[Fault]:
    """Look for what lies, and for what has failed."""
    if queries.is_stuck():
        late = queries.longest_overdue()
        problem = f"Due work has been waiting for {late.total_seconds():.0f} seconds."
        yield Fault("queue", problem, "See what the worker logs.")
    failed = queries.failed(since=timezone.now() - FAILED_WITHIN)
    if count := failed.count():
        problem = f"{count} tasks failed for good within a day, the last one {failed[0].path}."
        yield Fault("failed_tasks", problem, "See what the worker logged about them.")
