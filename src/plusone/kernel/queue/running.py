"""One attempt at one row, in the thread that calls."""

from __future__ import annotations  # Task and TaskResult are generic in the stubs only

import logging
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.tasks import Task, TaskContext
from django.tasks.signals import task_finished, task_started
from django.utils import timezone, translation
from django.utils.json import normalize_json

from plusone.kernel import faults
from plusone.kernel.models.queue import QueuedTask

from . import claims
from .backend import QueueBackend, result_of, task_at
from .tasks import ATTEMPTS_MAX, Permanent

log = logging.getLogger("plusone.queue")


def run(row: QueuedTask) -> None:
    """Call the task of a row that was taken, and note how it went. Only an outage of the database gets out."""
    task: Task[Any, Any] | None = None
    try:
        task = _task_of(row)
        task_started.send(QueueBackend, task_result=result_of(row, task))
        with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
            if getattr(task, "atomic", True):
                with transaction.atomic():
                    _call_and_finish(row, task)
            else:
                _call_and_finish(row, task)
    except claims.LostClaim:
        log.warning("Task %s (%s) was taken over by another worker; this attempt is void.", row.pk, row.path)
    except Exception as error:  # noqa: BLE001  # whatever the body raises is its failure, not the worker's
        _note_failure(row, error, task)
    _tell(row, task)


def _task_of(row: QueuedTask) -> Task[Any, Any]:
    try:
        task = task_at(row.path)
    except LookupError as error:
        raise Permanent(str(error)) from error
    if row.attempts > getattr(task, "attempts_max", ATTEMPTS_MAX):
        # Every attempt ended with a dead worker and none with an exception: do not let it kill the next one too.
        raise Permanent(f"{row.attempts - 1} workers died while they ran this task.")
    return task


def _call_and_finish(row: QueuedTask, task: Task[Any, Any]) -> None:
    args = [TaskContext(task_result=result_of(row, task)), *row.args] if task.takes_context else row.args
    value = task.func(*args, **row.kwargs)
    faults.hit("task.body_done")
    claims.finish(row, normalize_json(value))


def _note_failure(row: QueuedTask, error: Exception, task: Task[Any, Any] | None) -> None:
    for_good = claims.fail(row, error, task)
    if for_good:
        log.error("Task %s (%s) failed for good, attempt %s.", row.pk, row.path, row.attempts, exc_info=error)
    else:
        log.warning("Task %s (%s) failed, attempt %s: %r", row.pk, row.path, row.attempts, error)


def _tell(row: QueuedTask, task: Task[Any, Any] | None) -> None:
    if task is not None and row.finished_at is not None:
        task_finished.send(QueueBackend, task_result=result_of(row, task))


def tidy_connections() -> None:
    """Let go of connections that broke or are too old, as Django does between requests."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
