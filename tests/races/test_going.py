"""Two at once: Ana is deleted while staff sell her something, or give her a bonus (TRUST A4, R-099)."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import naive
import pytest

from plusone.clients.commands import archive, delete_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import block_ambassador
from plusone.referrals.models import Trust
from plusone.rewards.commands import give_bonus
from plusone.store.commands import place_order
from plusone.store.models import Order, Product
from racing import ON_POSTGRES, meeting, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"actor": "user:1", "now": NOON}


def go(gym: Business, ana: Client, act: Callable[[Client], object], meet: Callable[[], None]) -> object:
    """Let her be deleted at the moment of the other act. Return what that one said."""
    earn(gym, ana.pk, 1000, key="gift", actor="user:1", now=NOON)
    archive(ana, actor="user:1", now=NOON)
    seen, gone = (Client.objects.select_related("business").get(pk=ana.pk) for _each in range(2))

    def delete() -> None:
        delete_client(gone, actor="user:1", now=NOON)
        meet()

    outcome, _deleted = race(lambda: act(seen), delete)
    return outcome


def left(gym: Business, ana: Client) -> tuple[int, int, int]:
    """Return what stands of her: balance, balance that is reserved, and orders that wait."""
    stands = balance_of(gym, ana.pk, now=NOON)
    return stands.available, stands.held, Order.objects.filter(state="awaiting_payment").count()


def test_whoever_is_deleted_keeps_no_order(gym: Business, ana: Client, bono: Product) -> None:
    """Either the order comes first and is called off with her, or it is refused."""

    def order(client: Client) -> object:
        return place_order(gym, client, [(bono, 1)], use_balance=True, actor="user:1", now=NOON)

    outcome = go(gym, ana, order, lambda: None)
    assert isinstance(outcome, Order | Refused)
    assert (left(gym, ana), faults(gym)) == ((0, 0, 0), [])


def test_whoever_is_deleted_keeps_no_bonus(gym: Business, ana: Client) -> None:
    def bonus(client: Client) -> object:
        return give_bonus(client, 500, reason="Thanks", key="bonus", actor="user:1", now=NOON)

    outcome = go(gym, ana, bonus, lambda: None)
    assert outcome is None or isinstance(outcome, Refused)
    assert (left(gym, ana), faults(gym)) == ((0, 0, 0), [])


@pytest.mark.parametrize("what", ["order", "bonus"])
def test_going_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Without the lock an order waits, or balance stands, that is nobody's."""
    meet = meeting()
    naive.unlocked_client(monkeypatch, meet)

    def act(client: Client) -> object:
        if what == "order":
            return place_order(gym, client, [(bono, 1)], actor="user:1", now=NOON)
        return give_bonus(client, 500, reason="Thanks", key="bonus", actor="user:1", now=NOON)

    go(gym, ana, act, meet)
    stands = (0, 0, 1) if what == "order" else (500, 0, 0)
    assert left(gym, ana) == (stands if ON_POSTGRES else (0, 0, 0))


def test_of_two_who_block_at_once_one_did_it(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """CASES 78: two of the team switch Ana's link off at one moment: it is said once, the second sees the outcome."""
    pair, write = threading.Barrier(2), Trust.objects.update_or_create

    def write_together(**columns: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            pair.wait(0.5)
        return write(**columns)

    monkeypatch.setattr(Trust.objects, "update_or_create", write_together)
    seen = [Client.objects.select_related("business").get(pk=ana.pk) for _each in range(2)]
    said = race(*(partial(block_ambassador, client, actor="user:1", now=NOON) for client in seen))
    assert sorted(map(str, said)) == ["False", "True"]
    assert (Event.objects.filter(name="ambassador.blocked").count(), Trust.objects.count()) == (1, 1)
