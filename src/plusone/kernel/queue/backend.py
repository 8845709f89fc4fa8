"""The backend that settings name in TASKS: a table in the same database."""

from __future__ import annotations  # Task and TaskResult are generic in the stubs only

import importlib
from typing import Any

from django.db import transaction
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import TaskError
from django.tasks.exceptions import TaskResultDoesNotExist
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django.utils.json import normalize_json

from plusone.kernel.models.queue import QueuedTask

from . import wake
from .tasks import QueueTask


def task_at(path: str) -> Task[Any, Any]:
    """Return the task that lives at `module.name`. Raise LookupError if none does (any more)."""
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise LookupError(f"There is no task at {path}.") from error
    if not isinstance(found, Task):
        raise LookupError(f"What lives at {path} is no task.")
    return found


def result_of(row: QueuedTask, task: Task[Any, Any] | None = None) -> TaskResult[Any, Any]:
    """Show a row as Django's Tasks API has it. Raise TaskResultDoesNotExist if its task is gone from the code."""
    try:
        task = task or task_at(row.path)
    except LookupError as error:
        raise TaskResultDoesNotExist(str(error)) from error
    result: TaskResult[Any, Any] = TaskResult(
        task=task,
        id=str(row.pk),
        status=TaskResultStatus(row.status),
        enqueued_at=row.enqueued_at,
        started_at=row.first_started_at,
        finished_at=row.finished_at,
        last_attempted_at=row.last_started_at,
        args=row.args,
        kwargs=row.kwargs,
        backend="default",
        errors=[TaskError(exception_class_path=error["class"], traceback=error["traceback"]) for error in row.errors],
        worker_ids=[row.worker] * row.attempts,  # one per attempt, as the API counts them; only the last name is kept
    )
    object.__setattr__(result, "_return_value", row.return_value)
    return result


class QueueBackend(BaseTaskBackend):
    """Tasks as rows of the caller's own database, so that they commit and roll back with what they follow from."""

    task_class = QueueTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any, Any]:
        """Insert a row in the current transaction; a key that lives already gets its living row."""
        self.validate_task(task)
        row = self._row(task, args, kwargs)
        if row.key is None:
            row.save(force_insert=True)
        else:
            row = self._only_one(row)
        result = result_of(row, task)
        task_enqueued.send(type(self), task_result=result)
        transaction.on_commit(wake.ring)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any, Any]:
        """Return the state of one call. Raise TaskResultDoesNotExist when it is unknown or was pruned."""
        row = QueuedTask.objects.filter(pk=int(result_id)).first() if result_id.isdecimal() else None
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        return result_of(row)

    def _row(self, task: Task[Any, Any], args: Any, kwargs: Any) -> QueuedTask:
        now = timezone.now()
        return QueuedTask(
            path=task.module_path,
            queue=task.queue_name,
            args=normalize_json(list(args)),
            kwargs=normalize_json(dict(kwargs)),
            priority=task.priority,
            key=getattr(task, "key", None),
            enqueued_at=now,
            due_at=task.run_after or now,
        )

    def _only_one(self, row: QueuedTask) -> QueuedTask:
        """Insert the row unless its key lives; return the one that lives now."""
        living = QueuedTask.objects.filter(key=row.key, finished_at=None)
        while True:
            # The index decides, not a look beforehand: of two callers, the second waits for the first to commit.
            QueuedTask.objects.bulk_create([row], ignore_conflicts=True)
            found = living.first()
            if found is not None:  # None: it finished just now, so there is room for ours
                return found
