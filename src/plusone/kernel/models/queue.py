"""Work that waits for a worker, and the workers."""

from django.db import models
from django.db.models import Q
from django.tasks import TaskResultStatus


class QueuedTask(models.Model):
    """One call of a task, from its enqueueing until it is pruned.

    `due_at` is when a worker may take it: when it was put in, after a pause before the next attempt, and while a worker
    has it, the end of that worker's lease. `attempts` counts how often it was taken, and is the fence: who finishes it
    must be the one who took it last. All times are the machine's, never business dates.
    """

    path = models.CharField(max_length=200)
    queue = models.CharField(max_length=40)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    priority = models.SmallIntegerField()
    key = models.CharField(max_length=200, null=True, blank=True)  # NULL is "has none" to the constraint
    status = models.CharField(max_length=10, choices=TaskResultStatus, default=TaskResultStatus.READY)
    enqueued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    first_started_at = models.DateTimeField(null=True, blank=True)
    last_started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    return_value = models.JSONField(null=True, blank=True)
    errors = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(finished_at__isnull=True), name="task_key_live_once"),
        ]
        indexes = [
            models.Index(fields=["-priority", "due_at", "id"], condition=Q(finished_at__isnull=True), name="task_next"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="task_finished"),
        ]

    def __str__(self) -> str:
        return f"task {self.pk} {self.path}"


class WorkerSeen(models.Model):
    """A background worker that runs, and when it last said so (the machine's clock)."""

    name = models.CharField(max_length=80, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
