"""Workers as processes of their own: two at once, killed, told to end. Each test names the guard that it is about.

The controls that were seen to fail, on PostgreSQL and, where it can be, on SQLite:
- two workers, each task once: `claims.take` as a SELECT and then an UPDATE of what it found;
- a killed worker: `claims.finish` after the transaction of the body rather than inside it;
- a worker taken for dead (test_queue.py): `claims.finish` without the fence `attempts`;
- one living key: without the constraint `task_key_live_once` (on PostgreSQL; SQLite lets one transaction in at a time).
"""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import queue_jobs
from django.db import connection, transaction
from django.tasks import TaskResultStatus
from machine_room import effects, environment, until

from plusone.kernel.db.locks import alone
from plusone.kernel.models import QueuedTask, WorkerSeen
from plusone.kernel.queue import queries
from plusone.kernel.queue.worker import drain

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("effects_table")]


def in_threads(*bodies: Any) -> None:
    """Run each body in a thread of its own, with a connection of its own, starting together."""
    together = threading.Barrier(len(bodies))
    errors: list[BaseException] = []

    def run(body: Any) -> None:
        try:
            together.wait()
            body()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_workers_do_each_of_200_tasks_once(plusone: Any) -> None:
    workers = [plusone("worker", "--threads", "3") for _ in range(2)]
    until(lambda: WorkerSeen.objects.count() == 2)
    with transaction.atomic():  # so that both find all of them at once
        for number in range(200):
            # What is not one transaction with "done" is where a row that two workers take does harm.
            (queue_jobs.add if number % 2 else queue_jobs.add_outside).enqueue(f"task {number}")
    until(lambda: queries.waiting() == 0)
    for worker in workers:
        worker.terminate()
        assert worker.wait(10) == 0, worker.stderr.read()
    assert effects() == {f"task {number}": 1 for number in range(200)}
    assert not WorkerSeen.objects.exists(), "they have signed off"


def test_a_killed_workers_task_runs_again_and_leaves_one_effect(plusone: Any, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    result = queue_jobs.add_slowly.enqueue("once", str(begun), 0.3)
    worker = plusone("worker")
    until(begun.exists)
    worker.kill()
    worker.wait()
    assert queries.waiting() == 1
    drain()  # at once: on this machine it is seen that the holder is gone
    result.refresh()
    assert (result.status, result.attempts) == (TaskResultStatus.SUCCESSFUL, 2)
    assert effects() == {"once": 1}


def test_killed_between_body_and_done_leaves_one_effect(plusone: Any) -> None:
    """The plug is pulled when the body is done and nothing says so yet."""
    result = queue_jobs.add.enqueue("once")
    worker = plusone("worker", env=environment(PLUSONE_FAULTS="task.body_done:crash"))
    assert worker.wait(20) == -signal.SIGKILL
    drain()
    result.refresh()
    assert (result.status, result.attempts) == (TaskResultStatus.SUCCESSFUL, 2)
    assert effects() == {"once": 1}


def test_sigterm_ends_after_what_runs_and_returns_the_rest(plusone: Any, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    running = queue_jobs.work_outside.enqueue("running", str(begun), 1.0)
    rest = [queue_jobs.add.enqueue(f"rest {number}") for number in range(3)]
    QueuedTask.objects.filter(pk__in=[int(result.id) for result in rest]).update(priority=-1)
    worker = plusone("worker", "--threads", "1")
    until(begun.exists)
    worker.terminate()
    assert worker.wait(10) == 0, worker.stderr.read()
    running.refresh()
    assert running.status == TaskResultStatus.SUCCESSFUL
    assert effects() == {"running": 1}
    left = QueuedTask.objects.filter(finished_at=None)
    assert [(row.status, row.attempts, row.worker) for row in left] == [(TaskResultStatus.READY, 0, "")] * 3


def test_once_does_all_that_is_due_and_what_another_worker_holds(plusone: Any, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    held = queue_jobs.work_outside.enqueue("held", str(begun), 1.5)
    other = plusone("worker")
    until(begun.exists)
    os.kill(other.pid, signal.SIGTERM)  # it takes nothing more, but ends what it has
    queue_jobs.add_and_enqueue.enqueue("first")
    later = queue_jobs.fail.enqueue("luck")
    once = plusone("worker", "--once")
    assert once.wait(20) == 0, once.stderr.read()
    held.refresh()
    assert held.status == TaskResultStatus.SUCCESSFUL
    assert effects() == {"held": 1, "first": 1, "first, then": 1}
    later.refresh()
    assert (later.status, later.attempts) == (TaskResultStatus.READY, 1), "its next attempt is not due now"


def test_one_living_key_when_many_enqueue_at_once() -> None:
    found = []

    def enqueue() -> None:
        with transaction.atomic():
            found.append(queue_jobs.add.using(key="report").enqueue("one").id)

    in_threads(*[enqueue] * 8)
    assert len(set(found)) == 1
    drain()
    assert effects() == {"one": 1}


def test_a_lock_by_name_is_one_processs_and_free_when_it_dies() -> None:
    reached, go_on = threading.Event(), threading.Event()
    seen = []

    def hold() -> None:
        with alone("cleaning") as free:
            assert free
            reached.set()
            assert go_on.wait(10)

    def look() -> None:
        assert reached.wait(10)
        with alone("cleaning") as free:
            seen.append(free)
        with alone("cooking") as free:
            seen.append(free)
        go_on.set()
        with alone("cleaning", wait=True) as free:
            seen.append(free)

    in_threads(hold, look)
    assert seen == [False, True, True]


def test_a_task_that_was_enqueued_here_starts_soon_elsewhere(plusone: Any, tmp_path: Path) -> None:
    worker = plusone("worker")
    until(queries.workers_alive)
    result = queue_jobs.add.enqueue("one")
    until(lambda: effects() == {"one": 1}, seconds=3)
    worker.terminate()
    assert worker.wait(10) == 0
    row = QueuedTask.objects.get(pk=int(result.id))
    assert row.first_started_at is not None
    assert (row.first_started_at - row.enqueued_at).total_seconds() < 1.5


def test_a_worker_outlives_a_restart_of_the_database(plusone: Any, engine: str) -> None:
    if engine == "sqlite":
        return  # there is no server that could go away
    worker = plusone("worker")
    until(queries.workers_alive)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    queue_jobs.add.enqueue("after")
    until(lambda: effects() == {"after": 1})
    worker.terminate()
    assert worker.wait(20) == 0
    assert "Traceback" not in worker.stderr.read()
