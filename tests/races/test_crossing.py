"""Two transactions that lock the same rows the other way round: one gives way and is run again, and nobody hears of it
(DESIGN 1, 5). SQLite lets one writer in at a time, so nothing crosses there."""

import threading
from typing import Any

import pytest
from django.db import OperationalError

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.db import whole
from plusone.kernel.models import Business
from plusone.ledger.commands import holds, posting
from plusone.ledger.queries import balance_of, faults
from plusone.rewards.commands import limits
from plusone.rewards.models import Reward, Tally
from plusone.store.commands import cancel, place_order, refund
from plusone.store.models import Order, Product
from racing import ON_POSTGRES, race
from world import EUR10, NOON, bring, launch, sell

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def let_them_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has the account of Ana waits until another has the budget, and the other way round: once each."""
    has_account, has_budget = threading.Event(), threading.Event()
    lock, tally = posting.lock, limits.lock_tally

    def lock_account(business: Business, client_id: int) -> object:
        found = lock(business, client_id)
        if threading.current_thread() is not threading.main_thread() and not has_account.is_set():
            has_account.set()
            has_budget.wait(2 if ON_POSTGRES else 0.05)
        return found

    def lock_budget(business: Business, key: str) -> Tally:
        found = tally(business, key)
        if threading.current_thread() is not threading.main_thread() and not has_budget.is_set():
            has_budget.set()
            has_account.wait(2 if ON_POSTGRES else 0.05)
        return found

    monkeypatch.setattr(posting, "lock", lock_account)
    monkeypatch.setattr(holds.posting, "lock", lock_account)
    monkeypatch.setattr(limits, "lock_tally", lock_budget)


def used_and_gone(gym: Business, ana: Client, bono: Product) -> tuple[Order, Client]:
    """Ana's only reward was taken back while an order had it reserved; Eva may bring her the next. Return both."""
    launch(gym, ambassador=EUR10, budget=5000, conditions=[{"kind": "orders", "at_least": 1}])
    paid = sell(bring(ana, "Ben").friend, bono)
    waiting = place_order(gym, ana, [(bono, 1)], use_balance=True, **WHO)
    refund(paid, **WHO)
    assert Reward.objects.get().unrecovered == 1000
    eva = bring(ana, "Eva").friend
    activate(eva, **WHO)
    return waiting, eva


def both(waiting: Order, eva: Client, bono: Product) -> list[object]:
    return race(
        lambda: cancel(Order.objects.get(pk=waiting.pk), **WHO),
        lambda: sell(Client.objects.select_related("business").get(pk=eva.pk), bono).state,
    )


def test_what_comes_back_and_what_is_given_cross_unseen(
    gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 5: called off, the order frees what is taken back; at the same moment Ana is rewarded for Eva."""
    waiting, eva = used_and_gone(gym, ana, bono)
    let_them_cross(monkeypatch)
    assert both(waiting, eva, bono) == [True, "paid"]
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1000, [])
    assert Tally.objects.get(key__endswith=":budget").amount == 1000
    assert not Reward.objects.filter(unrecovered__gt=0)


def test_crossing_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries once alone hears of it on PostgreSQL, and has done nothing."""
    waiting, eva = used_and_gone(gym, ana, bono)
    monkeypatch.setattr(whole, "TRIES", 1)
    let_them_cross(monkeypatch)
    failed = [one for one in both(waiting, eva, bono) if isinstance(one, OperationalError)]
    assert (len(failed), faults(gym)) == (1 if ON_POSTGRES else 0, [])
