"""One record that two people merge into two others at the same moment goes into one of them (CASES 21), on both
engines."""

from typing import Any

import naive
import pytest

from plusone.clients.commands import merge_clients
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, faults
from plusone.store.models import Order
from racing import ON_POSTGRES, race
from world import NOON, add_client, make_product, sell

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def twin_of(gym: Business) -> Client:
    twin = add_client(gym, "Anna", email="anna@clients.example")
    earn(gym, twin.pk, 700, key="gift", **WHO)
    sell(twin, make_product(gym))
    return twin


def both_ways(*pairs: tuple[Client, Client]) -> list[object]:
    def merge(kept: int, gone: int) -> object:
        rows = Client.objects.select_related("business", "user")
        return merge_clients(rows.get(pk=kept), rows.get(pk=gone), **WHO)

    return race(*(lambda kept=kept.pk, gone=gone.pk: merge(kept, gone) for kept, gone in pairs))  # type: ignore[misc]


def merged() -> int:
    return Event.objects.filter(name="client.merged").count()


def test_into_two_at_once_goes_into_one(gym: Business, ana: Client, carla: Client) -> None:
    twin = twin_of(gym)
    outcomes = both_ways((ana, twin), (carla, twin))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1, outcomes
    had = [balance_of(gym, one.pk, now=NOON).available for one in (ana, carla, twin)]
    assert (sorted(had), merged(), faults(gym)) == ([0, 0, 700], 1, [])
    kept = (ana, carla)[had.index(700)]
    assert Order.objects.get().client_id == kept.pk


def test_each_into_the_other_leaves_one(gym: Business, ana: Client) -> None:
    twin = twin_of(gym)
    both_ways((ana, twin), (twin, ana))
    assert (Client.objects.filter(status="active").count(), merged(), faults(gym)) == (1, 1, [])
    left = Client.objects.get(status="active")
    assert balance_of(gym, left.pk, now=NOON).available == 700


def test_merging_control(gym: Business, ana: Client, carla: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both are told on PostgreSQL that they have it."""
    twin = twin_of(gym)
    naive.unlocked_merge(monkeypatch)
    both_ways((ana, twin), (carla, twin))
    assert merged() == (2 if ON_POSTGRES else 1)
