"""What clients bring along: many at once are the same rows as one by one."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.commands import earn, hold, open_balance, open_balances, release, undo_opening
from plusone.ledger.models import Account, AccountBalance, Entry, Lot, LotBalance, Transfer
from plusone.ledger.queries import balance_of, faults, openings_of
from world import NOON, add_client, later

BY: dict[str, Any] = {"actor": "import", "now": NOON}


def rows_of(client: Client) -> list[Any]:
    """All that the books hold of a client, without keys."""
    transfers = Transfer.objects.filter(client_id=client.pk)
    account = Account.objects.get(client_id=client.pk)
    told = Event.objects.filter(client_id=client.pk, name="balance.earned")
    return [
        list(transfers.values_list("kind", "amount", "reason", "ref_kind", "ref_id", "reverses", "actor", "at")),
        sorted(Entry.objects.filter(transfer__in=transfers).values_list("account__kind", "amount", "running")),
        list(Lot.objects.filter(account=account).values_list("amount", "expires_at")),
        list(LotBalance.objects.filter(account=account).values_list("remaining", "held", "expires_at")),
        list(AccountBalance.objects.filter(account=account).values_list("posted", "held")),
        [(event.data["amount"], event.data["kind"], event.imported) for event in told],
    ]


def test_many_are_what_one_by_one_is(gym: Business) -> None:
    """R-344, MON-1: and each can be taken back, found by its key, and earned upon as any other."""
    one, first, second = (add_client(gym, name) for name in ("One", "First", "Second"))
    open_balance(gym, one.pk, 1500, key="a", **BY)
    made = open_balances(gym, [(first.pk, 1500, "b"), (second.pk, 700, "c")], **BY)
    assert rows_of(first) == rows_of(one)
    assert openings_of(gym, [second.pk]) == {second.pk: (700, 1)}
    assert Transfer.objects.get(pk=made[second.pk]).key == "c"
    assert open_balance(gym, first.pk, 1500, key="b", **BY).pk == made[first.pk]
    earn(gym, second.pk, 100, key="d", reason="gift", actor="user:1", now=NOON)
    assert undo_opening(Transfer.objects.get(pk=made[second.pk]), reason="undone", **BY)
    assert [balance_of(gym, who.pk, now=NOON).available for who in (one, first, second)] == [1500, 1500, 100]
    assert (open_balances(gym, [], **BY), faults(gym)) == ({}, [])


def test_what_an_order_reserved_of_it_keeps_it(gym: Business, ana: Client) -> None:
    """R-344: an opening of which an order holds a part is not taken back, and nothing breaks by asking; once the order
    is called off it is, and no other balance with it."""
    opening = open_balance(gym, ana.pk, 1500, key="a", **BY)
    earn(gym, ana.pk, 2000, key="d", expires_at=later(9), actor="user:1", now=NOON)
    held = hold(gym, ana.pk, 2300, key="order:1", **BY)
    assert undo_opening(opening, reason="undone", **BY) is None
    release(held, **BY)
    assert undo_opening(opening, reason="undone", **BY) is not None
    left = [balance_of(gym, ana.pk, now=later(days)).available for days in (0, 9)]
    assert (left, faults(gym)) == ([2000, 0], [])


def test_who_has_an_account_is_not_new(gym: Business, ana: Client) -> None:
    """The database refuses it, and nothing has moved."""
    earn(gym, ana.pk, 100, key="d", reason="gift", actor="user:1", now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        open_balances(gym, [(ana.pk, 1500, "b")], **BY)
    assert balance_of(gym, ana.pk, now=NOON).available == 100
