"""`worker --once` does all that time has made due, not a batch of it (CONTRACT)."""

import pytest
from django.db.models import Sum

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from plusone.referrals.commands import record_past_visit, visits
from plusone.referrals.models import VisitDay
from world import NOON, later, launch

pytestmark = pytest.mark.django_db


def test_more_than_a_batch_is_done_to_the_end(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three visits and room for one in a batch: all are counted before the worker goes."""
    campaign = launch(gym)
    monkeypatch.setattr(clock, "now", lambda: later(1))
    drain()
    for _visit in range(3):
        record_past_visit(gym.pk, ana.pk, campaign.pk, at=NOON)
    monkeypatch.setattr(visits, "BATCH", 1)
    drain()
    assert VisitDay.objects.aggregate(all=Sum("visits"))["all"] == 3
