"""`/metrics`: what a Prometheus server watches. Figures of the whole installation, and of nobody in it."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from plusone.faces.ui import requests
from plusone.insights.queries import help_answered
from plusone.kernel.queue import queries as queue
from plusone.ledger.queries import has_drifted
from plusone.messaging.queries import failed_count, unsent_count, waiting_count

log = logging.getLogger("plusone.metrics")

# Adding up the books reads all of them: a figure may be this old.
DRIFT_SECONDS = 60.0
FAILED_WITHIN = timedelta(days=1)


class Installation(Collector):
    """What is waiting, and whether the books are right."""

    def __init__(self) -> None:
        self._drift = 0
        self._drift_known_until = 0.0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the database. Where it does not answer, say just that."""
        try:
            found = {
                "queue_depth": ("Background tasks that are neither done nor failed for good.", queue.waiting()),
                "queue_oldest_due_seconds": (
                    "How long the oldest due task has been waiting for a worker.",
                    queue.longest_overdue().total_seconds(),
                ),
                "workers_alive": ("Workers that have lately said that they run.", len(queue.workers_alive())),
                "mails_waiting": ("Messages that wait to be handed over to a mail server.", waiting_count()),
                "mails_unsent": ("Messages that are on their way to the mail server, or tried again.", unsent_count()),
                "mails_failed": ("Messages that no repetition would have brought to their reader.", failed_count()),
                "ledger_drift": ("1 where the books do not add up, else 0.", self._ledger_drift()),
            }
            tasks = queue.failures(since=timezone.now() - FAILED_WITHIN)
            helped = help_answered()
        except (DatabaseError, InterfaceError):
            log.exception("The metrics could not be read.")
            found, tasks, helped = {}, {}, []
        answers = ("1 where the database answers, else 0.", int(bool(found)))
        for name, (says, value) in {"database_up": answers, **found}.items():
            yield GaugeMetricFamily(f"plusone_{name}", says, value)
        failed = GaugeMetricFamily(
            "plusone_tasks_failed", "Tasks that failed for good within a day, webhooks among them.", labels=["task"]
        )
        for path, count in tasks.items():
            failed.add_metric([path], count)
        yield failed
        said = "Answers to whether a help text answered the question."
        told = GaugeMetricFamily("plusone_help_answers", said, labels=["topic", "answer"])
        for topic, yes, no in helped:
            told.add_metric([topic, "yes"], yes)
            told.add_metric([topic, "no"], no)
        yield told

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Registering must not ask the database."""
        return iter(())

    def _ledger_drift(self) -> int:
        if time.monotonic() >= self._drift_known_until:
            self._drift = int(has_drifted())
            self._drift_known_until = time.monotonic() + DRIFT_SECONDS
        return self._drift


installation = Installation()
registry = CollectorRegistry()
registry.register(installation)
if requests.IN_FILES:
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it out
else:
    registry.register(requests.seconds)


def page() -> str:
    """Return the figures in Prometheus's text format."""
    _drop_stale_connection()
    try:
        return generate_latest(registry).decode()
    finally:
        _drop_stale_connection()


def _drop_stale_connection() -> None:
    """Do what Django does around each of its requests. Inside a transaction (a test's) the connection stays."""
    if not connection.in_atomic_block:
        close_old_connections()
