"""What is given that is no balance: coupons, days of membership, presents at the desk. A part of reckoning.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tied import Gift, Person, Sale

MADRID = ZoneInfo("Europe/Madrid")
PASS_DAYS = 30
LIVE = ("active", "ending")  # who cancelled keeps what is paid
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
class Pass:
    """A membership of thirty days that was bought, or given."""

    sale: Sale | None
    gift: Gift | None = None
    state: str = "pending_payment"
    started: datetime | None = None
    is_new: bool = False
    extra: int = 0
    uses: list[datetime] = field(default_factory=list)
    born: int = field(default_factory=born)

    @property
    def money(self) -> int:
        """What is left of the money that was paid for it."""
        return self.sale.money if self.sale and self.state != "void" else 0

    @property
    def ends(self) -> datetime | None:
        return days_on(self.started, PASS_DAYS + self.extra) if self.started else None

    def runs(self, now: datetime) -> bool:
        return self.state in LIVE and self.ends is not None and self.ends > now


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
    """Give a thing."""
    kind, who = gift.params["kind"], gift.who
    if kind == "coupon":
        who.tickets.append(Ticket(gift, days_on(now, gift.params["valid_days"])))
    elif kind == "membership" and not any(each.runs(now) for each in who.passes):
        who.passes.append(Pass(None, gift, "active", now))
        add_what_waits(who, who.passes[-1])
    elif kind in ("membership", "membership_days"):  # *Reading*: who is on one already gets more time of it
        given = Days(gift, gift.params.get("days", PASS_DAYS))
        who.days.append(given)
        put(who, given, now)
    elif days := gift.params.get("expires_days"):
        gift.collect_by = days_on(now, days)


def want_back(gift: Gift, now: datetime) -> bool:
    """Take a thing back; what was used, handed over or has begun to be used up stays."""
    kind, who = gift.params["kind"], gift.who
    if kind == "coupon":
        ticket = next(ticket for ticket in who.tickets if ticket.gift is gift)
        ticket.is_withdrawn = True
        return ticket.sale is None or ticket.sale.paid is None
    if kind not in ("membership", "membership_days"):
        return not gift.is_handed_over
    if own := next((each for each in who.passes if each.gift is gift), None):
        if own.state not in LIVE or own.uses:
            return False
        make_void(who, own)
        return True
    given = next(given for given in who.days if given.gift is gift)
    if given.on is not None:
        given.on.extra -= given.days
        if not given.on.runs(now):  # they are gone already
            given.on.extra += given.days
            return False
    given.is_withdrawn = True
    return True


def put(who: Person, given: Days, now: datetime) -> None:
    """Add days to the pass that ends last; without one that runs they wait."""
    running = [each for each in who.passes if each.runs(now)]
    if running and given.waits:
        given.on = max(running, key=lambda each: (each.ends, who.passes.index(each)))
        given.on.extra += given.days


def begin(who: Person, bought: Pass, now: datetime) -> None:
    """Let a pass that is paid run, with the days that waited for it. *Reading*: it is new unless one was bought with
    money before that was not wholly given back."""
    others = [each for each in who.passes if each.started and each.state != "void" and each.sale and each.sale.due]
    bought.state, bought.started, bought.is_new = "active", now, not others
    add_what_waits(who, bought)


def add_what_waits(who: Person, begun: Pass) -> None:
    for given in who.days:
        if given.waits:
            given.on = begun
            begun.extra += given.days


def use(who: Person, at: datetime) -> None:
    """A visit uses the pass that ends first."""
    running = [each for each in who.passes if each.runs(at) and each.started and each.started <= at]
    if running:
        min(running, key=lambda each: (each.ends, who.passes.index(each))).uses.append(at)


def unuse(who: Person, at: datetime) -> None:
    for each in who.passes:
        each.uses = [used for used in each.uses if used != at]


def call_off(who: Person, sale: Sale) -> None:
    """Make void what a sale sold that was called off or wholly given back."""
    for bought in who.passes:
        if bought.sale is sale and bought.state != "void":
            make_void(who, bought)


def make_void(who: Person, gone: Pass) -> None:
    """Days on it wait again."""
    gone.state = "void"
    for given in who.days:
        given.on = None if given.on is gone and not given.is_withdrawn else given.on


def cancel(bought: Pass, now: datetime) -> bool:
    """Let it end with what is paid, at once where that is over. One that was never paid, or is void, has no end."""
    if bought.state not in (*LIVE, "ended"):
        return False
    if bought.state == "active":
        bought.state = "ending" if bought.runs(now) else "ended"
    return True


def pass_time(people: list[Person], now: datetime) -> None:
    """What the worker does: passes end, and days that wait find one that runs."""
    for person in people:
        for bought in person.passes:
            if bought.state in LIVE and not bought.runs(now):
                bought.state = "ended"
        for given in person.days:
            put(person, given, now)
