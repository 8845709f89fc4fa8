"""What was given is used before what the client paid in, and that alone is ever taken back (CASES 73, R-257, R-258).

Ana has 10 that she paid in on the first day, and gets rewards of 3 and 4 later, one of which ends.
"""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from api.calls import Caller
from plusone.clients.models import Client
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.ledger.commands import (
    InsufficientBalance,
    adjust,
    capture,
    earn,
    hold,
    move_balance,
    redeem,
    reverse,
    revoke,
)
from plusone.ledger.models import Lot, LotBalance
from plusone.ledger.queries import balance_of, faults
from plusone.rewards.commands import decide_bonus, give_bonus
from plusone.rewards.models import Bonus
from racing import race
from world import NOON, House, later

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def purse(gym: Business, ana: Client) -> Client:
    adjust(gym, ana.pk, 1000, key="paid", reason="Cash at the desk", origin="paid", **WHO)
    earn(gym, ana.pk, 300, key="r1", ref=("reward", 1), **WHO)
    earn(gym, ana.pk, 400, key="r2", ref=("reward", 2), expires_at=later(30), **WHO)
    return ana


def left(client: Client) -> list[tuple[str, int]]:
    """Return what is left of each lot, in the order in which they came."""
    rows = LotBalance.objects.filter(account__client_id=client.pk).order_by("lot_id")
    return list(rows.values_list("origin", "remaining"))


def test_what_was_given_is_used_first(gym: Business, purse: Client) -> None:
    """CASES 73: of what was given the first to expire first; the client's own money last, though it came first."""
    redeem(gym, purse.pk, 500, key="u1", **WHO)
    assert left(purse) == [("paid", 1000), ("granted", 200), ("granted", 0)]
    redeem(gym, purse.pk, 300, key="u2", **WHO)
    assert left(purse) == [("paid", 900), ("granted", 0), ("granted", 0)]
    assert (balance_of(gym, purse.pk, now=NOON).paid_in, faults(gym)) == (900, [])


def test_an_order_reserves_in_the_same_order(gym: Business, purse: Client) -> None:
    """What an order holds, and what it gives back when it is refunded, are the same lots."""
    held = hold(gym, purse.pk, 900, key="o1", **WHO)
    assert balance_of(gym, purse.pk, now=NOON).paid_in == 800
    used = capture(held, **WHO)
    assert left(purse) == [("paid", 800), ("granted", 0), ("granted", 0)]
    reverse(used, 250, key="b1", reason="refund", **WHO)
    assert left(purse) == [("paid", 1000), ("granted", 50), ("granted", 0)]
    assert faults(gym) == []


def test_what_moves_to_another_account_stays_what_it_was(gym: Business, purse: Client, carla: Client) -> None:
    """CASES 21 and 73: where two records of one person become one, what they paid in is still theirs."""
    assert move_balance(gym, purse.pk, carla.pk, key="m1", reason="One person", **WHO) == 1700
    assert left(carla) == [("paid", 1000), ("granted", 300), ("granted", 400)]
    assert revoke(gym, carla.pk, 1700, key="v1", reason="refund", ref=("reward", 1), **WHO).amount == -700
    assert (balance_of(gym, carla.pk, now=later(1)).paid_in, faults(gym)) == (1000, [])


def test_money_that_was_paid_in_is_never_taken_back(gym: Business, purse: Client) -> None:
    """A reward of 4 that was spent is taken back out of the other reward, never out of her own 10; what is owed for it
    waits for the next reward, also where she pays in more."""
    redeem(gym, purse.pk, 500, key="u1", **WHO)
    taken = revoke(gym, purse.pk, 400, key="c1", reason="refunded", ref=("reward", 2), allow_debt=True, **WHO)
    assert taken is not None
    assert (taken.amount, left(purse)[0]) == (-200, ("paid", 1000))
    adjust(gym, purse.pk, 500, key="paid2", reason="Cash", origin="paid", **WHO)
    now = balance_of(gym, purse.pk, now=NOON)
    assert (now.available, now.paid_in, now.owed) == (1500, 1500, 200)
    earn(gym, purse.pk, 300, key="r3", ref=("reward", 3), **WHO)
    now = balance_of(gym, purse.pk, now=NOON)
    assert (now.available, now.paid_in, now.owed, faults(gym)) == (1600, 1500, 0, [])


def test_it_has_no_end(gym: Business, ana: Client) -> None:
    """Neither by hand nor in the database does money that was paid in expire."""
    with pytest.raises(Invalid):
        adjust(gym, ana.pk, 100, key="a", reason="x", origin="paid", expires_at=later(3), **WHO)
    with pytest.raises(Invalid):
        adjust(gym, ana.pk, -100, key="b", reason="x", origin="paid", **WHO)
    transfer = adjust(gym, ana.pk, 100, key="c", reason="x", origin="paid", **WHO)
    lot = Lot.objects.get(transfer=transfer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.create(
            business=gym, account=lot.account, transfer=transfer, amount=1, origin="paid", expires_at=later(3)
        )


def test_the_api_says_whose_money_it_is(gym: Business, house: House, ana: Client) -> None:
    vela = Caller(house.api_key)
    path = f"/clients/{ana.public_id}/balance"
    assert vela.post(f"{path}/adjustments", {"amount": 700, "reason": "Cash", "origin": "paid"}).status == 201
    assert vela.post(f"{path}/adjustments", {"amount": 300, "reason": "Thanks"}).status == 201
    assert {name: vela.get(path).body[name] for name in ("available", "paid_in")} == {"available": 1000, "paid_in": 700}
    wrong = vela.post(f"{path}/adjustments", {"amount": -1, "reason": "x", "origin": "paid"})
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "origin")


def test_a_second_person_confirms_it_as_paid_in(gym: Business, ana: Client) -> None:
    """AUTH-15: above the limit it waits like a bonus, and is her own money once it is confirmed."""
    from plusone.kernel.commands import add_collaborator
    from plusone.kernel.models import User

    Business.objects.filter(pk=gym.pk).update(bonus_limit=100)
    mara = User.objects.create_user("mara@vela.example")
    add_collaborator(gym, mara, role="front_desk")
    give_bonus(ana, 500, reason="Cash", key="k", is_paid_in=True, actor=f"user:{mara.pk}", now=NOON)
    decide_bonus(Bonus.objects.get(), approve=True, **WHO)
    assert balance_of(gym, ana.pk, now=NOON).paid_in == 500


@pytest.mark.django_db(transaction=True)
def test_two_uses_at_once_leave_the_own_money(gym: Business, purse: Client) -> None:
    """Two orders of 3.50 take the 7 that were given; two of 6 at once take of her own, never more than there is."""

    def use(key: str, amount: int) -> object:
        return redeem(gym, purse.pk, amount, key=key, **WHO)

    race(lambda: use("a", 350), lambda: use("b", 350))
    assert left(purse) == [("paid", 1000), ("granted", 0), ("granted", 0)]
    outcomes = race(lambda: use("c", 600), lambda: use("d", 600))
    assert sum(isinstance(one, InsufficientBalance) for one in outcomes) == 1
    assert (left(purse)[0], faults(gym)) == (("paid", 400), [])
