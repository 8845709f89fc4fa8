"""The ledger against a small model of it: any order of commands leaves both with the same balances (MON-15).

Hypothesis keeps a failing sequence and prints how to play it again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from howoften import often
from plusone.kernel.models import Business
from plusone.ledger.commands import (
    InsufficientBalance,
    adjust,
    capture,
    earn,
    expire_due,
    hold,
    redeem,
    release,
    reverse,
    revoke,
)
from plusone.ledger.models import Hold, Transfer
from plusone.ledger.queries import balance_of, faults
from world import NOON

CLIENTS = (1, 2)
GRACE = timedelta(days=30)
AMOUNTS = some.integers(1, 2000)
PART = some.integers(10, 110)
WHO = some.sampled_from(CLIENTS)


@dataclass
class Pot:
    """Credit with an end: what is left, and what of that is held."""

    left: int
    ends: datetime | None
    held: int = 0
    reward: int = 0


@dataclass
class Purse:
    """What the model knows of a client. `spent` are redemptions: what was taken from which pot, and given back."""

    pots: list[Pot] = field(default_factory=list)
    holds: list[tuple[Hold, list[tuple[Pot, int]]]] = field(default_factory=list)
    spent: list[tuple[Transfer, list[tuple[Pot, int]]]] = field(default_factory=list)

    def lapse(self, now: datetime) -> None:
        for pot in self.pots:
            if pot.ends and pot.ends <= now:
                pot.left = pot.held

    def free(self, now: datetime) -> int:
        return sum(pot.left - pot.held for pot in self.pots if not pot.ends or pot.ends > now)

    def take(self, amount: int, first: Callable[[Pot], bool] = lambda _pot: False) -> list[tuple[Pot, int]]:
        """Take from the pots, first-to-expire first; from those that `first` names before all others."""
        far = datetime.max.replace(tzinfo=NOON.tzinfo)
        parts = []
        for pot in sorted(self.pots, key=lambda pot: (not first(pot), pot.ends or far)):
            part = min(amount, pot.left - pot.held)
            if part:
                parts.append((pot, part))
                amount -= part
        assert not amount
        return parts


class Books(RuleBasedStateMachine):
    """Every command, in any order, as time goes on; a refusal must be one in the model too."""

    business: Business

    @initialize()
    def begin(self) -> None:
        self.now, self.number = NOON, 0
        self.purses = {client: Purse() for client in CLIENTS}
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "point"):
            wrong = faults(self.business)
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)
            assert wrong == []

    def key(self) -> str:
        self.number += 1
        return f"step:{self.number}"

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": "user:1", "now": self.now}

    @rule(client=WHO, amount=AMOUNTS, days=some.sampled_from((None, 1, 2, 4)))
    def earn(self, client: int, amount: int, days: int | None) -> None:
        ends = self.now + timedelta(days=days) if days else None
        self.number += 1
        ref = ("reward", self.number)
        earn(self.business, client, amount, key=self.key(), ref=ref, expires_at=ends, **self.by)
        self.purses[client].pots.append(Pot(amount, ends, reward=ref[1]))

    @rule(client=WHO, amount=AMOUNTS, sign=some.sampled_from((1, -1)))
    def adjust(self, client: int, amount: int, sign: int) -> None:
        purse = self.purses[client]
        enough = sign > 0 or purse.free(self.now) >= amount
        done = self.said(
            enough, lambda: adjust(self.business, client, sign * amount, key=self.key(), reason="x", **self.by)
        )
        if done and sign > 0:
            purse.pots.append(Pot(amount, None))
        elif done:
            self.use(purse, amount)

    @rule(client=WHO, part=PART)
    def redeem(self, client: int, part: int) -> None:
        purse = self.purses[client]
        amount = self.part_of(purse, part)
        key, enough = self.key(), purse.free(self.now) >= amount
        done = self.said(enough, lambda: redeem(self.business, client, amount, key=key, **self.by))
        if done:
            purse.spent.append((done, self.use(purse, amount)))
            assert redeem(self.business, client, amount, key=key, **self.by).pk == done.pk

    @rule(client=WHO, part=PART)
    def hold(self, client: int, part: int) -> None:
        purse = self.purses[client]
        amount = self.part_of(purse, part)
        enough = purse.free(self.now) >= amount
        held = self.said(enough, lambda: hold(self.business, client, amount, key=self.key(), **self.by))
        if held:
            purse.lapse(self.now)
            parts = purse.take(amount)
            for pot, part in parts:
                pot.held += part
            purse.holds.append((held, parts))

    @precondition(lambda self: any(purse.holds for purse in self.purses.values()))
    @rule(take=some.booleans(), data=some.data())
    def end_hold(self, take: bool, data: some.DataObject) -> None:
        client = data.draw(some.sampled_from([one for one in CLIENTS if self.purses[one].holds]))
        purse = self.purses[client]
        held, parts = purse.holds.pop(data.draw(some.integers(0, len(purse.holds) - 1)))
        for pot, part in parts:
            pot.held -= part
            pot.left -= part if take else 0
        if take:
            purse.spent.append((capture(held, **self.by), parts))
        else:
            release(held, **self.by)

    @precondition(lambda self: any(purse.spent for purse in self.purses.values()))
    @rule(data=some.data())
    def reverse(self, data: some.DataObject) -> None:
        client = data.draw(some.sampled_from([one for one in CLIENTS if self.purses[one].spent]))
        purse = self.purses[client]
        used, parts = purse.spent.pop(data.draw(some.integers(0, len(purse.spent) - 1)))
        amount = data.draw(some.integers(1, sum(part for _pot, part in parts)))
        reverse(used, amount, key=self.key(), reason="x", **self.by)
        for pot, part in reversed(parts):
            back = min(part, amount)
            amount -= back
            if not back:
                continue
            if pot.ends and pot.ends <= self.now:
                purse.pots.append(Pot(back, self.now + GRACE))
            else:
                pot.left += back

    @precondition(lambda self: any(pot.reward for purse in self.purses.values() for pot in purse.pots))
    @rule(data=some.data(), amount=AMOUNTS)
    def revoke(self, data: some.DataObject, amount: int) -> None:
        client = data.draw(some.sampled_from([one for one in CLIENTS if any(p.reward for p in self.purses[one].pots)]))
        purse = self.purses[client]
        reward = data.draw(some.sampled_from([pot.reward for pot in purse.pots if pot.reward]))
        purse.lapse(self.now)
        taken = min(amount, purse.free(self.now))
        done = revoke(self.business, client, amount, key=self.key(), reason="x", ref=("reward", reward), **self.by)
        assert (-done.amount if done else 0) == taken
        if taken:
            self.use(purse, taken, lambda pot: pot.reward == reward)

    @rule(hours=some.integers(20, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        expire_due(self.now)
        for purse in self.purses.values():
            purse.lapse(self.now)

    def use(
        self, purse: Purse, amount: int, first: Callable[[Pot], bool] = lambda _pot: False
    ) -> list[tuple[Pot, int]]:
        purse.lapse(self.now)
        parts = purse.take(amount, first)
        for pot, part in parts:
            pot.left -= part
        return parts

    def part_of(self, purse: Purse, part: int) -> int:
        """Return so many hundredths of what is free, and something where that is nothing."""
        return max(1, purse.free(self.now) * part // 100)

    def said[Done](self, enough: bool, command: Callable[[], Done]) -> Done | None:
        """Run a command that must be refused exactly where the model has not enough."""
        try:
            done = command()
        except InsufficientBalance:
            assert not enough
            return None
        assert enough
        return done

    @invariant()
    def same_balances(self) -> None:
        for client, purse in getattr(self, "purses", {}).items():
            told = balance_of(self.business, client, now=self.now)
            held = sum(pot.held for pot in purse.pots)
            assert (told.available, told.held) == (purse.free(self.now), held)


@pytest.fixture
def machine(gym: Business) -> type[Books]:
    return type("BooksOfTheGym", (Books,), {"business": gym})


@pytest.mark.slow
def test_the_ledger_does_what_its_model_does(machine: type[Books]) -> None:
    """MON-15: some hundred steps in every run of the suite, thousands before a release."""
    calm = settings(
        max_examples=often(8, 400),
        stateful_step_count=30,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=calm)
