"""Balances: earned in lots, used first-to-expire first, never below zero, never moved twice by one key."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import (
    InsufficientBalance,
    adjust,
    capture,
    earn,
    expire_due,
    hold,
    hold_up_to,
    move_balance,
    redeem,
    release,
    reverse,
    revoke,
)
from plusone.ledger.models import AccountBalance, Entry, Transfer
from plusone.ledger.queries import balance_of, balances_of, faults, movements_of, outstanding
from plusone.store.models import Product
from world import NOON, later, sell

WHO = {"actor": "user:1", "now": NOON}
SOON = NOON + timedelta(days=10)


def available(gym: Business, ana: Client, *, now: datetime = NOON) -> int:
    return balance_of(gym, ana.pk, now=now).available


def test_balance_cannot_be_redeemed_twice(gym: Business, ana: Client) -> None:
    """R-028, R-029: rewards add up, and what is gone is gone."""
    earn(gym, ana.pk, 1500, key="first", **WHO)
    earn(gym, ana.pk, 500, key="second", **WHO)
    redeem(gym, ana.pk, 2000, key="order", **WHO)
    with pytest.raises(InsufficientBalance) as no:
        redeem(gym, ana.pk, 1, key="again", **WHO)
    assert no.value.extra == {"available": 0}
    assert (available(gym, ana), Transfer.objects.count(), faults(gym)) == (0, 3, [])


def test_same_key_moves_once_and_other_inputs_are_a_bug(gym: Business, ana: Client) -> None:
    """DESIGN 5: one transfer per idempotency key, with a hash of its inputs."""
    first = earn(gym, ana.pk, 1500, key="gift", **WHO)
    assert earn(gym, ana.pk, 1500, key="gift", **WHO).pk == first.pk
    with pytest.raises(AssertionError, match="another transfer"):
        earn(gym, ana.pk, 1600, key="gift", **WHO)
    assert available(gym, ana) == 1500


def test_first_to_expire_is_used_first(gym: Business, ana: Client) -> None:
    """DESIGN 5: the lot that ends in ten days goes before the one that never ends."""
    earn(gym, ana.pk, 1000, key="never", **WHO)
    earn(gym, ana.pk, 1000, key="soon", expires_at=SOON, **WHO)
    redeem(gym, ana.pk, 700, key="order", **WHO)
    assert available(gym, ana, now=SOON) == 1000
    expire_due(SOON)
    balance = balance_of(gym, ana.pk, now=SOON)
    assert (balance.available, balance.expired, balance.redeemed) == (1000, 300, 700)
    assert faults(gym) == []


def test_expired_lot_is_unspendable_at_its_moment_worker_or_not(gym: Business, ana: Client) -> None:
    """CONTRACT, TRUST MON-13: spendable a second before, not at its end; the sweep run thrice posts one expiry."""
    earn(gym, ana.pk, 1000, key="soon", expires_at=SOON, **WHO)
    assert available(gym, ana, now=SOON - timedelta(seconds=1)) == 1000
    assert (available(gym, ana, now=SOON), outstanding(gym, now=SOON)) == (0, 0)
    late = {"actor": "user:1", "now": SOON}
    with pytest.raises(InsufficientBalance):
        redeem(gym, ana.pk, 1, key="late", **late)
    with pytest.raises(InsufficientBalance):
        hold(gym, ana.pk, 1, key="order", **late)
    with pytest.raises(InsufficientBalance):
        adjust(gym, ana.pk, -1, key="less", reason="", **late)
    for _round in range(3):
        expire_due(SOON)
    assert Transfer.objects.filter(kind="expire").count() == 1
    assert (available(gym, ana, now=SOON), faults(gym)) == (0, [])


def test_what_has_expired_is_neither_offered_nor_taken_back(gym: Business, ana: Client, carla: Client) -> None:
    """CONTRACT: at its end a checkout finds nothing of it, and a clawback takes nothing: it has expired."""
    for client in (ana, carla):
        earn(gym, client.pk, 1000, key=f"reward:{client.pk}", ref=("reward", client.pk), expires_at=SOON, **WHO)
    late = {"actor": "user:1", "now": SOON}
    assert hold_up_to(gym, ana.pk, 500, key="order", **late) is None
    assert revoke(gym, carla.pk, 1000, key="revoke", reason="refunded", ref=("reward", carla.pk), **late) is None
    found = [balance_of(gym, client.pk, now=SOON) for client in (ana, carla)]
    assert [(each.expired, each.revoked, each.held) for each in found] == [(1000, 0, 0)] * 2


def test_what_is_held_does_not_expire_while_held(gym: Business, ana: Client) -> None:
    """CONTRACT: it is spendable by its hold after the lot's end, and lapses once the hold is released."""
    earn(gym, ana.pk, 1000, key="soon", expires_at=SOON, **WHO)
    first = hold(gym, ana.pk, 600, key="order:1", **WHO)
    second = hold(gym, ana.pk, 300, key="order:2", **WHO)
    expire_due(SOON)
    assert balance_of(gym, ana.pk, now=SOON).expired == 100
    capture(first, actor="user:1", now=SOON)
    release(second, actor="user:1", now=SOON)
    expire_due(SOON)
    balance = balance_of(gym, ana.pk, now=SOON)
    assert (balance.redeemed, balance.expired, balance.held, balance.available) == (600, 400, 0, 0)
    assert faults(gym) == []


def test_hold_reserves_and_ends_once(gym: Business, ana: Client) -> None:
    """R-256: two orders cannot reserve the same balance; a hold that ended does not end again."""
    earn(gym, ana.pk, 1000, key="gift", **WHO)
    held = hold(gym, ana.pk, 800, key="order:1", **WHO)
    assert (available(gym, ana), balance_of(gym, ana.pk, now=NOON).held) == (200, 800)
    with pytest.raises(InsufficientBalance):
        hold(gym, ana.pk, 201, key="order:2", **WHO)
    release(held, **WHO)
    with pytest.raises(Refused):
        capture(held, **WHO)
    assert available(gym, ana) == 1000


def test_capturing_twice_redeems_once(gym: Business, ana: Client) -> None:
    earn(gym, ana.pk, 1000, key="gift", **WHO)
    held = hold(gym, ana.pk, 800, key="order:1", **WHO)
    assert capture(held, **WHO).pk == capture(held, **WHO).pk
    assert (available(gym, ana), faults(gym)) == (200, [])


def test_reversal_goes_back_to_its_lot_or_lives_thirty_days_more(gym: Business, ana: Client) -> None:
    """CONTRACT: into a live lot it keeps that lot's end; into an expired one it is spendable 30 days more."""
    earn(gym, ana.pk, 1000, key="soon", expires_at=SOON, **WHO)
    used = redeem(gym, ana.pk, 1000, key="order", **WHO)
    reverse(used, 400, key="refund:1", reason="", **WHO)
    assert (available(gym, ana), available(gym, ana, now=SOON)) == (400, 0)
    expire_due(SOON)
    reverse(used, 600, key="refund:2", reason="", actor="user:1", now=SOON)
    assert available(gym, ana, now=SOON + timedelta(days=29)) == 600
    assert available(gym, ana, now=SOON + timedelta(days=30)) == 0
    with pytest.raises(AssertionError, match="more would be given back"):
        reverse(used, 1, key="refund:3", reason="", actor="user:1", now=SOON)
    assert faults(gym) == []


def test_revoking_takes_what_is_unspent_and_no_more(gym: Business, ana: Client) -> None:
    """CONTRACT, `within_balance`: never below zero, and what is held stays held."""
    earn(gym, ana.pk, 1500, key="reward:1", ref=("reward", 1), **WHO)
    hold(gym, ana.pk, 900, key="order:1", **WHO)
    taken = revoke(gym, ana.pk, 1500, key="revoke:1", reason="refunded", ref=("reward", 1), **WHO)
    assert taken is not None
    assert taken.amount == -600
    assert revoke(gym, ana.pk, 1500, key="revoke:2", reason="refunded", **WHO) is None
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.held, balance.revoked, faults(gym)) == (0, 900, 600, [])


def test_nobody_takes_nothing_back(gym: Business, ana: Client) -> None:
    """DESIGN 5: a posting of 0 is a fault of whoever asks for it, and stands in no books."""
    earn(gym, ana.pk, 1500, key="reward:1", **WHO)
    with pytest.raises(AssertionError):
        revoke(gym, ana.pk, 0, key="revoke:1", reason="refunded", allow_debt=True, **WHO)
    assert (available(gym, ana), Transfer.objects.count()) == (1500, 1)


def test_what_is_owed_moves_once_by_its_key(gym: Business, ana: Client, carla: Client) -> None:
    """CASES 21: the same merge again moves no debt that came since; the books refuse its key."""
    for key in ("first", "second"):
        revoke(gym, ana.pk, 700, key=key, reason="refunded", allow_debt=True, **WHO)
        moving = {"key": "merge:1", "reason": "one person", **WHO}
        if key == "first":
            move_balance(gym, ana.pk, carla.pk, **moving)
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            move_balance(gym, ana.pk, carla.pk, **moving)
    owed = [balance_of(gym, client.pk, now=NOON).owed for client in (ana, carla)]
    assert (owed, faults(gym)) == ([700, 700], [])


def test_revoking_takes_its_own_lot_first(gym: Business, ana: Client) -> None:
    """CONTRACT, clawback: what goes is what the reward brought, so what is left ends when it was said to end."""
    earn(gym, ana.pk, 1000, key="reward:1", ref=("reward", 1), **WHO)
    earn(gym, ana.pk, 1000, key="reward:2", ref=("reward", 2), expires_at=SOON, **WHO)
    revoke(gym, ana.pk, 1000, key="revoke:1", reason="refunded", ref=("reward", 1), **WHO)
    assert (available(gym, ana), available(gym, ana, now=SOON)) == (1000, 0)
    earn(gym, ana.pk, 500, key="reward:3", ref=("reward", 3), **WHO)
    revoke(gym, ana.pk, 700, key="revoke:3", reason="refunded", ref=("reward", 3), **WHO)  # 500 of it, and the next
    assert (available(gym, ana), available(gym, ana, now=SOON), faults(gym)) == (800, 0, [])


def test_adjustment_by_hand_has_either_sign_and_never_goes_below_zero(gym: Business, ana: Client) -> None:
    """R-006: the manual bonus, and its correction."""
    adjust(gym, ana.pk, 500, key="bonus", reason="Ten years with us", **WHO)
    adjust(gym, ana.pk, -200, key="less", reason="Typing error", **WHO)
    with pytest.raises(InsufficientBalance):
        adjust(gym, ana.pk, -301, key="more", reason="", **WHO)
    assert (balance_of(gym, ana.pk, now=NOON).earned, available(gym, ana)) == (300, 300)


def test_movements_carry_their_running_balance(gym: Business, ana: Client) -> None:
    """R-049: newest first, each with the balance after it."""
    earn(gym, ana.pk, 1500, key="gift", **WHO)
    redeem(gym, ana.pk, 600, key="order", **WHO)
    rows = [(row.transfer.kind, row.amount, row.running) for row in movements_of(gym, ana.pk)]
    assert rows == [("redeem", -600, 900), ("earn", 1500, 1500)]


def test_balances_of_many_clients_take_one_query(
    gym: Business, ana: Client, carla: Client, django_assert_num_queries
) -> None:
    earn(gym, ana.pk, 100, key="a", **WHO)
    with django_assert_num_queries(1):
        balances_of(gym, [ana.pk], now=NOON)
    earn(gym, carla.pk, 200, key="c", **WHO)
    with django_assert_num_queries(1):
        found = balances_of(gym, [ana.pk, carla.pk], now=NOON)
    assert {key: balance.available for key, balance in found.items()} == {ana.pk: 100, carla.pk: 200}


@pytest.mark.parametrize("table", ["ledger_transfer", "ledger_entry", "ledger_lot", "ledger_lotuse", "store_payment"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_posted_rows_refuse_update_and_delete(
    gym: Business, ana: Client, bono: Product, table: str, change: str
) -> None:
    """DESIGN 5, TRUST MON-11: by a database trigger, on both engines."""
    earn(gym, ana.pk, 1500, key="gift", **WHO)
    sell(ana, bono, use_balance=100)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))
    assert faults(gym) == []


def test_books_that_were_tampered_with_are_found(gym: Business, ana: Client) -> None:
    """The check itself can fail: a running balance that no entry explains is named."""
    earn(gym, ana.pk, 1500, key="gift", **WHO)
    assert faults(gym) == []
    AccountBalance.objects.update(posted=1600)
    assert len(faults(gym)) == 2


def test_entries_sum_to_zero_whatever_was_done(gym: Business, ana: Client) -> None:
    earn(gym, ana.pk, 1500, key="gift", **WHO)
    used = redeem(gym, ana.pk, 1000, key="order", actor="user:1", now=later(1))
    reverse(used, 250, key="refund", reason="", actor="user:1", now=later(2))
    assert sum(Entry.objects.values_list("amount", flat=True)) == 0
    assert available(gym, ana) == 750


def test_a_clock_that_went_back_stops_no_balance(gym: Business, ana: Client) -> None:
    """CONTRACT, `PLUSONE_TEST_CLOCK`: what had expired and is given back before its end expires again, by itself."""
    who = {"actor": "user:1", "now": NOON}
    earn(gym, ana.pk, 1000, key="gift", expires_at=later(5), **who)  # type: ignore[arg-type]  # a text and a time
    used = redeem(gym, ana.pk, 500, key="order", **who)  # type: ignore[arg-type]  # see above
    expire_due(later(6))
    reverse(used, 500, key="refund", reason="", actor="user:1", now=later(1))
    assert balance_of(gym, ana.pk, now=later(1)).available == 500
    expire_due(later(6))
    assert (balance_of(gym, ana.pk, now=later(6)).expired, faults(gym)) == (1000, [])
    earn(gym, ana.pk, 300, key="next", actor="user:1", now=later(7))
    redeem(gym, ana.pk, 300, key="spent", actor="user:1", now=later(7))
