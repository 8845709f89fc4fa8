"""What it costs to tell thousands of a campaign (R-014)."""

from typing import Any

import pytest

from plusone.clients.commands import set_promotions
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.commands import mailings, pause_mailing, send_due, send_to_latecomers
from plusone.referrals.models import Mailing
from world import NOON, add_client, later, launch

pytestmark = pytest.mark.django_db
SOON = later(seconds=31)


def test_a_batch_reads_the_clients_of_that_batch(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-014, DESIGN 5: what one round costs does not grow with how many are still to be told, or want no news; who
    comes in between, before those who have it, is told too."""
    people = [add_client(gym, f"Reader{number}") for number in range(40)]
    for one in people[::2]:
        set_promotions(one, False, text="no", source="portal", actor="client", now=NOON)
    monkeypatch.setattr(mailings, "BATCH", 4)
    monkeypatch.setattr(mailings, "BATCHES", 1)
    read: list[object] = []
    make = Client.from_db.__func__  # type: ignore[attr-defined]  # of a classmethod
    monkeypatch.setattr(
        Client, "from_db", classmethod(lambda cls, *row, **how: read.append(cls) or make(cls, *row, **how))
    )
    launch(gym)
    for _round in range(3):
        read.clear()
        assert send_due(SOON) == 8  # four by each of two channels
        assert len(read) <= 2 * (4 + 1)
    late = people[0]
    set_promotions(late, True, text="yes", source="portal", actor="client", now=SOON)
    while Mailing.objects.get().ended_at is None:
        send_due(SOON)
    emails = Message.objects.filter(mailing_id__isnull=False, channel="email")
    told = emails.exclude(state="suppressed").values_list("client_id", flat=True)
    assert (len(told), late.pk in told, emails.filter(state="suppressed").count()) == (21, True, 19)
    read.clear()
    assert send_to_latecomers(SOON) == 0
    assert read == []


def test_who_is_left_out_is_not_written_down_while_it_is_paused(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """DEL-9: paused after the first of three who want no news; the others may want some by the time that it goes on."""
    launch(gym)
    for number in range(3):
        one = add_client(gym, f"C{number}")
        set_promotions(one, False, text="no", source="portal", actor="client", now=NOON)
    Mailing.objects.update(channels=["email"])
    mailing, write = Mailing.objects.get(), mailings.withhold

    def write_and_pause(*args: Any, **more: Any) -> None:
        write(*args, **more)
        pause_mailing(mailing, paused=True, actor="user:1", now=SOON)

    monkeypatch.setattr(mailings, "BATCH", 1)
    monkeypatch.setattr(mailings, "withhold", write_and_pause)
    send_due(SOON)
    assert Message.objects.filter(state="suppressed").count() == 1
    monkeypatch.setattr(mailings, "withhold", write)
    pause_mailing(mailing, paused=False, actor="user:1", now=SOON)
    while Mailing.objects.get().ended_at is None:
        send_due(SOON)
    assert Message.objects.filter(state="suppressed").count() == 3
