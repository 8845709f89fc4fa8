"""CASES 71: what expires is told 30 and 7 days before, by the business's calendar, once, and only while it is there."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from plusone.clients.commands import archive
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.commands import earn, expire_due, hold, redeem, release, tell_due
from plusone.ledger.models import LotBalance, LotNotice
from plusone.ledger.queries import balance_of, endings_of
from plusone.messaging.models import Message
from plusone.rules import engine
from world import NOON, add_client

END = date(2026, 4, 29)  # 30 days before it is the day after Madrid's clocks went forward
WHO = {"actor": "user:1", "now": NOON}


def start(gym: Business, before: int = 0) -> datetime:
    return clock.day_start(gym, END - timedelta(days=before))


def told() -> list[tuple[int, str, int]]:
    return [
        (event.data["amount"], event.data["day"], event.data["days"])
        for event in Event.objects.filter(name="balance.expiring").order_by("pk")
    ]


def test_expiry_is_told_thirty_and_seven_days_before_in_the_business_calendar(gym: Business, ana: Client) -> None:
    """CASES 71: at midnight in Madrid of day 30 and day 7, not a second before; two lots of a day are one message."""
    earn(gym, ana.pk, 1500, key="first", expires_at=start(gym), **WHO)
    earn(gym, ana.pk, 500, key="second", expires_at=start(gym) + timedelta(hours=9), **WHO)
    earn(gym, ana.pk, 900, key="never", **WHO)
    assert endings_of(gym, ana.pk, now=NOON) == [(END, 2000)]
    assert tell_due(start(gym, 30) - timedelta(seconds=1)) == 0
    assert tell_due(start(gym, 30)) == 1
    assert [tell_due(start(gym, days)) for days in (30, 29, 8)] == [0, 0, 0]
    redeem(gym, ana.pk, 300, key="order", actor="user:1", now=start(gym, 10))
    assert tell_due(start(gym, 7) - timedelta(seconds=1)) == 0
    assert [tell_due(start(gym, days)) for days in (7, 7, 1)] == [1, 0, 0]
    assert told() == [(2000, "2026-04-29", 30), (1700, "2026-04-29", 7)]
    assert (LotNotice.objects.count(), endings_of(gym, ana.pk, now=start(gym, -1))) == (4, [])

    engine.work(start(gym, 7))
    sent = Message.objects.filter(template="balance.expiring", client=ana).order_by("pk")
    assert [(each.category, each.language) for each in sent] == [("account", "es")] * 2
    assert "20,00 €" in sent[0].subject
    assert "30 días" in sent[0].subject
    assert "17,00\xa0€" in sent[1].text
    assert "29 de abril de 2026" in sent[1].text


def test_nothing_is_told_of_what_is_used_up_held_or_younger_than_its_notice(gym: Business, ana: Client) -> None:
    """CASES 71: no word where there is nothing to use; what a hold frees again is told late, with the days left."""
    earn(gym, ana.pk, 1000, key="used", expires_at=start(gym), **WHO)
    redeem(gym, ana.pk, 1000, key="order", **WHO)
    carla, eva = add_client(gym, "Carla"), add_client(gym, "Eva")
    earn(gym, carla.pk, 600, key="held", expires_at=start(gym), **WHO)
    held = hold(gym, carla.pk, 600, key="order:1", **WHO)
    earn(gym, eva.pk, 800, key="young", expires_at=start(gym), actor="user:1", now=start(gym, 20))
    assert [tell_due(start(gym, days)) for days in (30, 20)] == [0, 0]
    release(held, actor="user:1", now=start(gym, 19))
    assert tell_due(start(gym, 19)) == 1
    archive(eva, actor="user:1", now=start(gym, 10))
    assert tell_due(start(gym, 7)) == 2
    assert told() == [(600, "2026-04-29", 19), (600, "2026-04-29", 7), (800, "2026-04-29", 7)]
    assert (expire_due(start(gym)), expire_due(start(gym))) == (2, 0), "who has nothing left is not looked at any more"
    assert tell_due(start(gym)) == 0
    engine.work(start(gym, 7))
    assert list(Message.objects.filter(client=eva).values_list("state", "reason")) == [("suppressed", "archived")]
    assert balance_of(gym, carla.pk, now=start(gym)).available == 0


def test_a_worker_that_slept_tells_the_nearest_alone_and_each_lot_once(gym: Business, ana: Client) -> None:
    """CASES 71: five days before the end one notice says five days; the database refuses a second for the same lot."""
    earn(gym, ana.pk, 1500, key="first", expires_at=start(gym), **WHO)
    assert tell_due(start(gym, 5)) == 1
    assert tell_due(start(gym, 30)) == 0  # a clock that went back
    assert told() == [(1500, "2026-04-29", 5)]
    lot = LotBalance.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LotNotice.objects.create(lot_id=lot.lot_id, days=7, at=NOON)
