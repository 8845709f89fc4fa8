"""The queue by itself: what an enqueued task promises. Races and killed workers are in test_queue_workers.py."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import queue_jobs
from django.db import transaction
from django.tasks import TaskResultStatus
from django.tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch
from django.utils import timezone
from machine_room import effects

from plusone.kernel.models import QueuedTask, WorkerSeen
from plusone.kernel.queue import claims, pruning, queries, running, sweeps
from plusone.kernel.queue.worker import drain

pytestmark = pytest.mark.usefixtures("effects_table")


def row_of(result: Any) -> QueuedTask:
    return QueuedTask.objects.get(pk=int(result.id))


def make_due(row: QueuedTask) -> None:
    QueuedTask.objects.filter(pk=row.pk).update(due_at=timezone.now())


@pytest.mark.django_db
def test_a_task_runs_once_and_its_result_is_kept() -> None:
    result = queue_jobs.add.enqueue("one")
    assert result.status == TaskResultStatus.READY
    assert drain() == 1
    assert drain() == 0
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == (TaskResultStatus.SUCCESSFUL, "added one", 1)
    assert effects() == {"one": 1}
    assert queue_jobs.add.get_result(result.id).return_value == "added one"


@pytest.mark.django_db
def test_a_result_belongs_to_its_task() -> None:
    result = queue_jobs.add.enqueue("one")
    with pytest.raises(TaskResultMismatch):
        queue_jobs.fail.get_result(result.id)
    for unknown in ("0", "x"):
        with pytest.raises(TaskResultDoesNotExist):
            queue_jobs.add.get_result(unknown)


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_task_with_it() -> None:
    with transaction.atomic():
        queue_jobs.add.enqueue("never")
        transaction.set_rollback(True)
    assert drain() == 0
    assert effects() == {}
    assert not QueuedTask.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_failed_body_leaves_nothing() -> None:
    result = queue_jobs.fail.enqueue("half")
    drain()
    assert effects() == {}
    assert row_of(result).status == TaskResultStatus.READY


@pytest.mark.django_db
def test_a_living_key_gets_the_living_task() -> None:
    first = queue_jobs.add.using(key="report").enqueue("one")
    assert queue_jobs.add.using(key="report").enqueue("two").id == first.id
    assert claims.take("somebody", 1)[0].key == "report"
    assert queue_jobs.add.using(key="report").enqueue("three").id == first.id, "while it runs it lives, too"
    make_due(row_of(first))
    drain()
    assert effects() == {"one": 1}
    later = queue_jobs.add.using(key="report").enqueue("four")
    assert later.id != first.id
    drain()
    assert effects() == {"one": 1, "four": 1}


@pytest.mark.django_db
def test_run_after_waits() -> None:
    in_an_hour = timezone.now() + timedelta(hours=1)
    result = queue_jobs.add.using(run_after=in_an_hour).enqueue("later")
    assert drain() == 0
    assert row_of(result).due_at == in_an_hour
    make_due(row_of(result))
    assert drain() == 1


@pytest.mark.django_db
def test_the_urgent_goes_first_then_the_older() -> None:
    for what in ("first", "second"):
        queue_jobs.add.enqueue(what)
    queue_jobs.add_urgently.enqueue("urgent")
    queue_jobs.add.using(priority=-5).enqueue("whenever")
    taken = [row.args[0] for row in claims.take("somebody", 10)]
    assert taken == ["urgent", "first", "second", "whenever"]


@pytest.mark.django_db
def test_an_error_means_again_after_a_longer_pause_and_then_failed_and_seen() -> None:
    result = queue_jobs.fail.enqueue("luck")
    pauses = []
    for attempt in (1, 2):
        before = timezone.now()
        drain()
        row = row_of(result)
        assert (row.attempts, row.status) == (attempt, TaskResultStatus.READY)
        pauses.append((row.due_at - before).total_seconds())
        make_due(row)
    assert 8 <= pauses[0] <= 13, "ten seconds, a fifth more or less"
    assert 24 <= pauses[1] <= 37, "three times as long"
    drain()
    result.refresh()
    assert (result.status, result.attempts) == (TaskResultStatus.FAILED, 3)
    assert result.errors[-1].exception_class is ValueError
    assert "no luck" in result.errors[-1].traceback
    assert [row.pk for row in queries.failed(since=timezone.now() - timedelta(hours=1))] == [int(result.id)]
    make_due(row_of(result))
    assert drain() == 0


@pytest.mark.django_db
def test_a_permanent_failure_is_not_repeated() -> None:
    result = queue_jobs.fail_for_good.enqueue()
    drain()
    result.refresh()
    assert (result.status, result.attempts) == (TaskResultStatus.FAILED, 1)


@pytest.mark.django_db
def test_a_task_can_say_when_to_ask_again() -> None:
    result = queue_jobs.ask_for_a_pause.enqueue()
    before = timezone.now()
    drain()
    assert 120 <= (row_of(result).due_at - before).total_seconds() < 125


@pytest.mark.django_db
def test_a_task_that_is_gone_from_the_code_fails_and_is_seen() -> None:
    QueuedTask.objects.create(
        path="plusone.nowhere.nothing", queue="default", priority=0, enqueued_at=timezone.now(), due_at=timezone.now()
    )
    drain()
    assert [row.path for row in queries.failed(since=timezone.now() - timedelta(hours=1))] == [
        "plusone.nowhere.nothing"
    ]


@pytest.mark.django_db
def test_what_tasks_enqueue_is_done_too() -> None:
    queue_jobs.add_and_enqueue.enqueue("first")
    assert drain() == 2
    assert effects() == {"first": 1, "first, then": 1}


@pytest.mark.django_db(transaction=True)
def test_a_worker_taken_for_dead_cannot_do_it_twice() -> None:
    """Without the fence (`attempts` in claims._held) both attempts leave their effect: seen to fail with 2."""
    queue_jobs.add.enqueue("once")
    [stalled] = claims.take("the slow one", 1)
    make_due(stalled)
    [second] = claims.take("the quick one", 1)
    running.run(second)
    running.run(stalled)
    assert effects() == {"once": 1}


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_over_is_not_finished_by_the_first() -> None:
    """The same the other way round: the first comes back while the second is still at it."""
    queue_jobs.add.enqueue("once")
    [stalled] = claims.take("the slow one", 1)
    make_due(stalled)
    [second] = claims.take("the quick one", 1)
    running.run(stalled)
    assert effects() == {}
    running.run(second)
    assert effects() == {"once": 1}


@pytest.mark.django_db
def test_a_task_that_kills_its_workers_is_given_up() -> None:
    result = queue_jobs.kill_the_worker.enqueue()
    for _ in range(2):
        [row] = claims.take("a worker that died", 1)
        make_due(row)
    drain()
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert "2 workers died" in result.errors[-1].traceback


@pytest.mark.django_db
def test_giving_back_is_as_if_it_had_not_been_taken() -> None:
    result = queue_jobs.add.enqueue("one")
    [row] = claims.take("somebody", 1)
    claims.give_back(row)
    row = row_of(result)
    assert (row.attempts, row.status, row.worker) == (0, TaskResultStatus.READY, "")


@pytest.mark.django_db
def test_old_rows_go() -> None:
    now = timezone.now()
    done, failed, fresh = (queue_jobs.add.enqueue(what) for what in ("done", "failed", "fresh"))
    drain()
    QueuedTask.objects.filter(pk=int(done.id)).update(finished_at=now - timedelta(days=3))
    QueuedTask.objects.filter(pk=int(failed.id)).update(
        finished_at=now - timedelta(days=3), status=TaskResultStatus.FAILED
    )
    WorkerSeen.objects.create(name="long gone", started_at=now, seen_at=now - timedelta(days=2))
    assert pruning.prune(now) == 1
    assert set(QueuedTask.objects.values_list("pk", flat=True)) == {int(failed.id), int(fresh.id)}
    assert not WorkerSeen.objects.exists()


@pytest.mark.django_db
def test_stuck_is_due_work_that_nobody_takes() -> None:
    result = queue_jobs.add.enqueue("one")
    assert not queries.is_stuck()
    QueuedTask.objects.filter(pk=int(result.id)).update(due_at=timezone.now() - timedelta(minutes=2))
    assert queries.is_stuck()
    drain()
    assert not queries.is_stuck()


@pytest.fixture
def only_these_sweeps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[sweeps.Sweep]]:
    def use(*bodies: sweeps.Body) -> list[sweeps.Sweep]:
        found = [sweeps.Sweep(body, every_seconds=5) for body in bodies]
        monkeypatch.setattr(sweeps, "registered", found)
        return found

    return use


@pytest.mark.django_db
def test_a_sweep_that_fails_stops_no_other(only_these_sweeps: Any, caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def broken(now: Any) -> None:
        raise ValueError("a bug")

    def whole(now: Any) -> None:
        done.append(now)

    first, second = only_these_sweeps(broken, whole)
    now = timezone.now()
    sweeps.run_due(now)
    assert done == [now]
    assert first.next_at > second.next_at, "the broken one is asked less often"
    assert "a bug" in caplog.text
    sweeps.run_due(now)
    assert done == [now], "not due again yet"


@pytest.mark.django_db
def test_drain_asks_the_sweeps_until_they_have_nothing(only_these_sweeps: Any) -> None:
    left = ["one", "two"]

    def put_in(now: Any) -> int:
        if not left:
            return 0
        queue_jobs.add.enqueue(left.pop(0))
        return 1

    only_these_sweeps(put_in)
    drain()
    assert effects() == {"one": 1, "two": 1}
