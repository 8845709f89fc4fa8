"""Somebody is merged or deleted at the moment in which their order is paid: each holds what the other waits for, one
gives way and is run again, and nobody hears of it (DESIGN 1, CASES 21). SQLite lets one writer in at a time."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import Model, QuerySet

from plusone.clients.commands import delete_client, lifecycle, merge_clients, merging
from plusone.clients.models import Client
from plusone.kernel.db import whole
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.models import Referral
from plusone.store.commands import orders, pay, place_order, refund, refunds
from plusone.store.models import Order, Product
from racing import ON_POSTGRES, race
from world import NOON, add_client, bring, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def let_them_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has the order waits until another has the client, and the other way round: once each."""
    has_order, has_client = threading.Event(), threading.Event()

    def after(place: object, name: str, mine: threading.Event, other: threading.Event) -> None:
        was: Callable[..., object] = getattr(place, name)

        def slowly(*given: object, **about: object) -> object:
            found = was(*given, **about)
            if threading.current_thread() is not threading.main_thread() and not mine.is_set():
                mine.set()
                other.wait(2 if ON_POSTGRES else 0.05)
            return found

        monkeypatch.setattr(place, name, slowly)

    after(orders, "locked", has_order, has_client)
    after(merging, "_locked", has_client, has_order)
    after(lifecycle, "records_of", has_client, has_order)  # who is deleted is marked as that by then


def at_once(ben: Client, act: Callable[[Client], object]) -> list[object]:
    """Let Ben's order be paid while something becomes of him."""
    found = Client.objects.select_related("business", "user")
    return race(lambda: pay(Order.objects.get(), method="cash", **WHO), lambda: act(found.get(pk=ben.pk)))


@pytest.fixture
def ben(gym: Business, ana: Client, bono: Product) -> Client:
    """Ben, a lead whom Ana sent, with an order that waits for its money."""
    launch(gym)
    ben = bring(ana, "Ben").friend
    place_order(gym, ben, [(bono, 1)], **WHO)
    return ben


def test_a_merge_and_a_payment_cross_unseen(
    gym: Business, ana: Client, ben: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CASES 21: the order is the one record's and paid, Ana is thanked once, and Ben's address is kept."""
    desk = add_client(gym, "Ben", email="ben@home.example")
    Client.objects.filter(pk=desk.pk).update(email=None)
    let_them_cross(monkeypatch)
    outcomes = at_once(ben, lambda gone: merge_clients(Client.objects.get(pk=desk.pk), gone, **WHO))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert list(Order.objects.values_list("client", "state")) == [(desk.pk, "paid")]
    assert (Referral.objects.get().reason, balance_of(gym, ana.pk, now=NOON).available) == ("completed", 1500)
    assert (Client.objects.get(pk=desk.pk).email, faults(gym)) == ("ben@friends.example", [])


def test_a_deletion_and_a_payment_cross_unseen(
    gym: Business, ana: Client, ben: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-099: he pays first and stays, or he goes and his order with him; the other is refused."""
    let_them_cross(monkeypatch)
    outcomes = at_once(ben, lambda lead: delete_client(lead, **WHO))
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in refused if not isinstance(one, Refused)] == []
    stands = (Client.objects.get(pk=ben.pk).status, Order.objects.get().state, len(refused))
    assert stands in (("active", "paid", 1), ("deleted", "cancelled", 1))
    assert faults(gym) == []


@pytest.mark.parametrize("becomes", ["merged", "deleted"])
def test_crossing_control(gym: Business, ben: Client, becomes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries once alone hears of it on PostgreSQL."""
    desk = add_client(gym, "Ben", email="ben@home.example")
    monkeypatch.setattr(whole, "TRIES", 1)
    let_them_cross(monkeypatch)

    def act(lead: Client) -> object:
        if becomes == "deleted":
            return delete_client(lead, **WHO)
        return merge_clients(Client.objects.get(pk=desk.pk), lead, **WHO)

    failed = [one for one in at_once(ben, act) if isinstance(one, OperationalError)]
    assert len(failed) == (1 if ON_POSTGRES else 0)


def paid_while_a_refund_waits(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> object:
    """Ana pays partly with balance; before that is written somebody wants to give all of it back. Return what came."""
    earn(gym, ana.pk, 1000, key="gift", **WHO)
    order = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    has_order, waits = threading.Event(), threading.Event()
    was = orders.locked

    def first(order: Order) -> Order:
        found = was(order)
        has_order.set()
        waits.wait(2 if ON_POSTGRES else 0.05)
        time.sleep(0.3 if ON_POSTGRES else 0)  # until the other stands at the lock
        return found

    def second(order: Order) -> Order:
        waits.set()
        return was(order)

    def give_back() -> object:
        has_order.wait(2)
        return refund(Order.objects.get(pk=order.pk), **WHO)

    monkeypatch.setattr(orders, "locked", first)
    monkeypatch.setattr(refunds, "locked", second)
    paid, given_back = race(lambda: pay(Order.objects.get(pk=order.pk), method="cash", **WHO), give_back)
    assert paid is True
    return given_back


def test_a_refund_that_waited_for_the_payment_gives_the_balance_back(
    gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 5: what the order took of her balance a moment ago is hers again."""
    assert not isinstance(paid_while_a_refund_waits(gym, ana, bono, monkeypatch), Exception)
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1000, [])


def test_waiting_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked and read in one, the order points to nothing that was written meanwhile on PostgreSQL."""

    def in_one[Row: Model](rows: QuerySet[Row], pk: int) -> Row:
        return rows.select_for_update(of=("self",)).get(pk=pk)

    monkeypatch.setattr(orders, "locked_row", in_one)
    failed = isinstance(paid_while_a_refund_waits(gym, ana, bono, monkeypatch), Exception)
    assert failed == ON_POSTGRES
