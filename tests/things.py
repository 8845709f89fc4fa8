"""What is given that is no balance: coupons, days of membership, presents at the desk. A part of reckoning.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from passes import Pass
    from tied import Gift, Sale

MADRID = ZoneInfo("Europe/Madrid")
NUMBERS: Iterator[int] = count()


def born() -> int:
    """Number what comes: the books name it in that order."""
    return next(NUMBERS)


def day_of(now: datetime) -> date:
    return now.astimezone(MADRID).date()


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=MADRID)


def days_on(now: datetime, days: int) -> datetime:
    """Return 00:00 of the day so many calendar days on."""
    return start_of(day_of(now) + timedelta(days=days))


@dataclass(eq=False)
class Ticket:
    """A personal coupon: for one order that stands."""

    gift: Gift
    ends: datetime
    sale: Sale | None = None
    is_withdrawn: bool = False
    born: int = field(default_factory=born)

    @property
    def is_used(self) -> bool:
        return self.sale is not None and self.sale.state not in ("cancelled", "expired")

    def off(self, price: int) -> int:
        said = self.gift.params
        return min(said["amount"], price) if "amount" in said else (2 * price * said["percent"] + 100) // 200

    def serves(self, now: datetime) -> bool:
        return not self.is_withdrawn and not self.is_used and now < self.ends


@dataclass(eq=False)
class Days:
    """Days of membership that were given: on a pass, or waiting for one."""

    gift: Gift
    days: int
    on: Pass | None = None
    is_withdrawn: bool = False
    born: int = field(default_factory=born)

    @property
    def waits(self) -> bool:
        return self.on is None and not self.is_withdrawn


def hand(gift: Gift, now: datetime) -> None:
    """Give a thing that is no membership."""
    kind, who = gift.params["kind"], gift.who
    if kind == "coupon":
        who.tickets.append(Ticket(gift, days_on(now, gift.params["valid_days"])))
    elif days := gift.params.get("expires_days"):
        gift.collect_by = days_on(now, days)


def want_back(gift: Gift) -> bool:
    """Take such a thing back; what was used or handed over stays."""
    if gift.params["kind"] != "coupon":
        return not gift.is_handed_over
    ticket = next(ticket for ticket in gift.who.tickets if ticket.gift is gift)
    ticket.is_withdrawn = True
    return ticket.sale is None or ticket.sale.paid is None
