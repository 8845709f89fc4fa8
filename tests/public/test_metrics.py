"""`/metrics`: what is waiting and whether the books are right, for a Prometheus server (CONTRACT, Pages)."""

import pytest
from django.db import DatabaseError
from prometheus_client.parser import text_string_to_metric_families

from plusone.clients.models import Client
from plusone.faces.public import metrics
from plusone.ledger.commands import earn
from plusone.ledger.models import AccountBalance
from plusone.server import with_probes
from world import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the books each time, whatever a test before has asked them."""
    monkeypatch.setattr(metrics, "DRIFT_SECONDS", 0.0)
    monkeypatch.setattr(metrics.installation, "_drift_known_until", 0.0)


def figures() -> dict[str, float]:
    started: list[str] = []
    served = with_probes(lambda environ, start_response: [])
    answer = served({"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET"}, lambda status, headers: started.append(status))
    assert started == ["200 OK"]
    families = text_string_to_metric_families(b"".join(answer).decode())
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


def test_metrics_tell_what_is_waiting(ana: Client) -> None:
    found = figures()
    assert set(found) == {
        "plusone_database_up",
        "plusone_queue_depth",
        "plusone_queue_oldest_due_seconds",
        "plusone_workers_alive",
        "plusone_mails_waiting",
        "plusone_mails_unsent",
        "plusone_mails_failed",
        "plusone_ledger_drift",
    }
    assert "# TYPE plusone_request_seconds histogram" in metrics.page()
    assert (found["plusone_database_up"], found["plusone_ledger_drift"]) == (1, 0)


def test_metrics_show_a_ledger_that_has_drifted(ana: Client) -> None:
    earn(ana.business, ana.pk, 500, key="gift", actor="user:1", now=NOON)
    assert figures()["plusone_ledger_drift"] == 0
    AccountBalance.objects.filter(account__client_id=ana.pk).update(posted=499)
    assert figures()["plusone_ledger_drift"] == 1


def test_metrics_say_that_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise DatabaseError("gone")

    monkeypatch.setattr(metrics, "waiting_count", fails)
    assert figures() == {"plusone_database_up": 0}
