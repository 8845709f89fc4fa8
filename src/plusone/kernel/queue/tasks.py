"""What a task is: a function that a worker calls, with how it is retried."""

from __future__ import annotations  # Task and TaskResult are generic in the stubs only

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME, Task, TaskResult

ATTEMPTS_MAX = 10
FIRST_PAUSE_SECONDS = 5.0


class Permanent(Exception):
    """Raised by a task whose failure no repetition would mend: an address that does not exist, say."""


class Later(Exception):
    """Raised by a task that knows when to try again: a server said "in two minutes". It counts as an attempt."""

    def __init__(self, pause: timedelta, reason: str = "") -> None:
        super().__init__(reason or f"again in {pause}")
        self.pause = pause


@dataclass(frozen=True, kw_only=True)
class QueueTask[**P, R](Task):  # type: ignore[type-arg]  # generic in the stubs only; `enqueue` has the types
    """Django's task, with retries and a key.

    `atomic`: the body and "done" are one transaction, so a crash cannot leave the one without the other. A body that
    talks to the outside is not atomic: it saves its own progress, and may be called again after a crash.
    """

    atomic: bool = True
    attempts_max: int = ATTEMPTS_MAX
    first_pause_seconds: float = FIRST_PAUSE_SECONDS
    key: str | None = None

    def using(  # wider than Django's: the key
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        key: str | None = None,
    ) -> QueueTask[P, R]:
        """Return the same task with other settings for one call. While a task with `key` lives, it is the only one."""
        given: dict[str, Any] = {
            "priority": priority,
            "queue_name": queue_name,
            "run_after": run_after,
            "backend": backend,
            "key": key,
        }
        return replace(self, **{name: value for name, value in given.items() if value is not None})

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> TaskResult[Any, R]:
        """Put a call of this task into the queue, in the caller's transaction: with a rollback it was never there."""
        return cast("TaskResult[Any, R]", self.get_backend().enqueue(self, list(args), dict(kwargs)))


def task[**P, R](
    *,
    atomic: bool = True,
    attempts_max: int = ATTEMPTS_MAX,
    first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    priority: int = 0,
) -> Callable[[Callable[P, R]], QueueTask[P, R]]:
    """Make a module-level function a task. Its arguments are JSON: ids, amounts and codes, never names or addresses.

    An exception means another attempt after a growing pause, up to `attempts_max`; `Permanent` means no more,
    `Later` sets the pause itself.
    """

    def wrap(function: Callable[P, R]) -> QueueTask[P, R]:
        return QueueTask(
            func=function,
            priority=priority,
            queue_name=DEFAULT_TASK_QUEUE_NAME,
            backend=DEFAULT_TASK_BACKEND_ALIAS,
            atomic=atomic,
            attempts_max=attempts_max,
            first_pause_seconds=first_pause_seconds,
        )

    return wrap
