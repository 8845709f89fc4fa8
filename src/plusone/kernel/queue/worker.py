"""The background worker: threads that run tasks, one that runs sweeps, and one that keeps what the others hold."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from plusone.kernel import clock
from plusone.kernel.models.queue import QueuedTask, WorkerSeen

from . import claims, pruning, queries, sweeps, wake
from .identity import own_name
from .running import run, tidy_connections

log = logging.getLogger("plusone.queue")

POLL_SECONDS = 0.5
KEEP_SECONDS = 15.0
# While the database is away: how long until the next try.
OUTAGE_SECONDS = 2.0
TAKEN_PER_THREAD = 4
ROUNDS_MAX = 10_000

__all__ = ["Worker", "drain", "pruning"]


class Worker:
    """Runs tasks and sweeps until it is told to stop, then ends what it has begun and returns the rest."""

    def __init__(self, *, threads: int = 2) -> None:
        self.name = own_name()
        self.threads = threads
        # A plain flag: a signal handler must not touch a lock that the thread it interrupts may hold.
        self._stopping = False
        self._inbox: queue.SimpleQueue[QueuedTask | None] = queue.SimpleQueue()

    def stop(self) -> None:
        """Ask it to end. May be called in a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Work until `stop`. What runs then is finished, what was only taken is given back."""
        with keeping(self.name):
            helpers = [self._start(self._run_tasks) for _ in range(self.threads)]
            helpers.append(self._start(self._run_sweeps))
            while not self._stopping:
                self._hand_out()
            self._return_the_unbegun()
            for _ in range(self.threads):
                self._inbox.put(None)
            for helper in helpers:
                helper.join()
        connections.close_all()

    def _start(self, body: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=_with_own_connections, args=[body], name=body.__name__)
        thread.start()
        return thread

    def _hand_out(self) -> None:
        """Take as many due tasks as the threads can begin soon; wait where there are none."""
        wake.bell.clear()
        taken: list[QueuedTask] = []
        if self._inbox.qsize() < self.threads:
            try:
                taken = claims.take(self.name, self.threads * TAKEN_PER_THREAD - self._inbox.qsize())
            except (DatabaseError, InterfaceError) as error:
                _outage(error)
        for row in taken:
            self._inbox.put(row)
        if not taken:
            wake.bell.wait(POLL_SECONDS)

    def _run_tasks(self) -> None:
        while (row := self._inbox.get()) is not None:
            try:
                run(row)
            except (DatabaseError, InterfaceError) as error:
                # It could not even note the failure: the lease will run out, and the task will be taken again.
                _outage(error)
            tidy_connections()
            if self._inbox.qsize() < self.threads:
                wake.ring()

    def _run_sweeps(self) -> None:
        while not self._stopping:
            sweeps.run_due(clock.now())
            tidy_connections()
            time.sleep(min(sweeps.next_in_seconds(), POLL_SECONDS))

    def _return_the_unbegun(self) -> None:
        while not self._inbox.empty():
            try:
                row = self._inbox.get_nowait()
            except queue.Empty:  # a thread was quicker
                return
            if row is not None:
                self._give_back(row)

    def _give_back(self, row: QueuedTask) -> None:
        try:
            claims.give_back(row)
        except (DatabaseError, InterfaceError) as error:
            log.warning("Task %s could not be given back; its lease will end by itself: %s", row.pk, error)


def drain(name: str = "") -> int:
    """Do all that is due now to the end, in this thread, also what other workers have in hand. Return how much it was.

    Tasks put in meanwhile count too. A task that fails is planned for later, as ever; an error in a sweep gets out.
    """
    name = name or own_name()
    total = 0
    for _ in range(ROUNDS_MAX):
        done = sweeps.run_all(clock.now())
        while rows := claims.take(name, 1):
            run(rows[0])
            done += 1
        total += done
        if done == 0 and not claims.free_the_dead():
            if not queries.is_busy_or_due():
                return total
            time.sleep(0.05)
    raise AssertionError("a sweep says again and again that it did something")


@contextmanager
def keeping(name: str) -> Iterator[None]:
    """While the block runs, renew the leases of the worker called `name` and say that it is there."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(KEEP_SECONDS):
            try:
                _say_here(name)
                claims.renew(name)
                claims.free_the_dead()
            except (DatabaseError, InterfaceError) as error:
                log.warning("The worker could not renew its leases: %s", error)
                connections.close_all()

    try:
        _say_here(name)
        claims.free_the_dead()
    except (DatabaseError, InterfaceError) as error:
        _outage(error)
    thread = threading.Thread(target=_with_own_connections, args=[keep], name="keep")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        try:
            WorkerSeen.objects.filter(name=name).delete()
        except (DatabaseError, InterfaceError) as error:
            log.warning("The worker could not sign off: %s", error)


def _say_here(name: str) -> None:
    now = timezone.now()
    WorkerSeen.objects.update_or_create(
        name=name, defaults={"seen_at": now}, create_defaults={"started_at": now, "seen_at": now}
    )


def _with_own_connections(body: Callable[[], None]) -> None:
    try:
        body()
    finally:
        connections.close_all()


def _outage(error: Exception) -> None:
    log.error("The database does not answer: %s", error)
    connections.close_all()
    time.sleep(OUTAGE_SECONDS)
