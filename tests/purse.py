"""The balance of one client as the contract says it, as plain sums in memory: a part of reckoning.py."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class Pot:
    """Credit with an end: what is left of it, and what of that is held."""

    left: int
    ends: datetime | None = None
    held: int = 0
    gift: Any = None
    is_paid_in: bool = False  # the client's own money, which nobody takes back


@dataclass
class Purse:
    """The balance of a client."""

    pots: list[Pot] = field(default_factory=list)
    earned: int = 0
    redeemed: int = 0
    expired: int = 0
    revoked: int = 0
    owed: int = 0

    def lapse(self, now: datetime) -> None:
        """What has expired is gone at its moment, worker or not; what is held stays until it is free."""
        for pot in self.pots:
            if pot.ends and pot.ends <= now:
                self.expired += pot.left - pot.held
                pot.left = pot.held

    def free(self, now: datetime) -> int:
        self.lapse(now)
        return sum(pot.left - pot.held for pot in self.pots)

    def given(self, now: datetime) -> int:
        """What of it was given: the rest is the client's own."""
        self.lapse(now)
        return sum(pot.left - pot.held for pot in self.pots if not pot.is_paid_in)

    def held(self) -> int:
        return sum(pot.held for pot in self.pots)

    def take(self, amount: int, now: datetime, *, first: Any = None, hold: bool = False) -> list[list[Any]]:
        """Take what was given before what was paid in, first-to-expire first. *Reading*: a revocation takes what is
        left of its own reward before all else."""
        self.lapse(now)
        parts = []
        by = sorted(self.pots, key=lambda pot: (pot.is_paid_in, pot.ends or FAR))
        for pot in sorted(by, key=lambda pot: first is None or pot.gift is not first):
            part = min(amount, pot.left - pot.held)
            if part:
                parts.append([pot, part])
                amount -= part
                pot.held += part if hold else 0
                pot.left -= 0 if hold else part
        assert not amount
        return parts

    def earn(
        self,
        amount: int,
        now: datetime,
        *,
        ends: datetime | None = None,
        gift: Any = None,
        is_paid_in: bool = False,
    ) -> None:
        """Add credit; a debt is paid first."""
        self.lapse(now)
        self.earned += amount
        self.pots.append(Pot(amount, ends, gift=gift, is_paid_in=is_paid_in))
        self.pay_debt(now)

    def pay_debt(self, now: datetime) -> None:
        """Whatever is given, or comes back, pays what is owed first."""
        paid = min(self.owed, self.given(now))
        if paid:
            self.take(paid, now)
            self.owed -= paid
            self.revoked += paid

    def take_over(self, giver: "Purse", now: datetime) -> None:
        """Take all that another has, each part with its end and what it was given for, and what they owe."""
        giver.lapse(now)
        self.lapse(now)
        for pot in [pot for pot in giver.pots if pot.left]:
            self.pots.append(Pot(pot.left, pot.ends, gift=pot.gift, is_paid_in=pot.is_paid_in))
            self.earned, giver.earned, pot.left = self.earned + pot.left, giver.earned - pot.left, 0
        self.owed, giver.owed = self.owed + giver.owed, 0
        self.pay_debt(now)

    def claw(self, gift: Any, amount: int, now: datetime) -> int:
        """Take an earning back as far as it is unspent; with `allow_negative` the rest is a debt. Return how much of it
        is taken."""
        taken = min(amount, self.given(now))
        self.take(taken, now, first=gift)
        self.revoked += taken
        if gift.terms["clawback"] == "allow_negative":
            self.owed += amount - taken
        return taken

    def release(self, parts: list[list[Any]], now: datetime) -> list[tuple[Any, int]]:
        """Free what was held. Return what is free now of which rewards: what has expired meanwhile is not."""
        for pot, part in parts:
            pot.held -= part
        return [(pot.gift, part) for pot, part in parts if not (pot.ends and pot.ends <= now)]

    def give_back(self, parts: list[list[Any]], amount: int, now: datetime) -> list[tuple[Any, int]]:
        """Undo a redemption, into the lots it came from; where such a lot has expired, for 30 days more. Return what
        came back of which rewards."""
        self.redeemed -= amount
        came = []
        for use in reversed(parts):
            pot, part = use
            back = min(part, amount)
            if not back:
                continue
            amount, use[1] = amount - back, part - back
            came.append((pot.gift, back))
            if pot.ends and pot.ends <= now:
                self.pots.append(Pot(back, now + timedelta(days=30)))
            else:
                pot.left += back
        assert not amount
        return came
