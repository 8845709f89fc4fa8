"""Whom and what the model of tests/reckoning.py counts: people, their sales, recommendations and rewards."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from passes import Pass
from purse import Purse
from things import Days, Ticket, born, day_of

PENDING = ("on_hold", "awaiting_approval", "awaiting_choice")
OPEN = ("promised", *PENDING)
UNDECIDED = ("promised", "on_hold", "awaiting_approval")
FREED = ("rejected", "withdrawn", "campaign_ended")  # such a friend may get another ambassador
KEPT = "membership_kept"


def part_of(amount: int, of: int, whole: int) -> int:
    """Return `amount` × `of` ÷ `whole`, half up."""
    return (2 * amount * of + whole) // (2 * whole)


@dataclass
class Sale:
    """An order of one client."""

    total: int
    balance: int
    parts: list[list[Any]]
    placed: datetime
    state: str = "awaiting_payment"
    paid: tuple[datetime, int] | None = None
    to_balance: int = 0
    to_method: int = 0
    discount: int = 0
    dispute: str = ""
    purse: Purse = field(default_factory=Purse)  # what paid: that of a record which may be another's by now
    renews: Pass | None = None
    born: int = field(default_factory=born)

    @property
    def stands(self) -> str:
        """Its state as the books say it."""
        if not self.paid:
            return self.state
        if self.dispute == "open":
            return "disputed"
        back = self.to_balance + self.to_method
        return "paid" if not back else "refunded" if back == self.total else "partially_refunded"

    @property
    def due(self) -> int:
        return self.total - self.balance

    @property
    def money(self) -> int:
        return self.due - self.to_method if self.paid else 0


@dataclass(eq=False)
class Person:
    """A client or lead."""

    name: str
    status: str = "active"
    purse: Purse = field(default_factory=Purse)
    sales: list[Sale] = field(default_factory=list)
    visits: list[datetime] = field(default_factory=list)
    ties: "list[Tie]" = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    days: list[Days] = field(default_factory=list)
    since: datetime | None = None
    via: str = ""
    is_ticked: bool = False
    cards: set[str] = field(default_factory=set)
    is_blocked: bool = False
    left: datetime | None = None  # as a client

    @property
    def brought(self) -> "list[Tie]":
        """The recommendations that count, as a new friend and of each return: a rejected one frees the friend."""
        return [tie for tie in self.ties if tie.reason not in FREED]

    @property
    def tie(self) -> "Tie | None":
        """The one by which they came the last time."""
        return self.brought[-1] if self.brought else None

    @property
    def as_new(self) -> "Tie | None":
        return next((tie for tie in self.brought if not tie.returned), None)

    @property
    def is_disputed(self) -> bool:
        return any(sale.dispute == "open" for sale in self.sales)


@dataclass(eq=False)
class Gift:
    """A reward of one side."""

    number: int
    side: str
    who: Person
    params: dict[str, Any]
    terms: dict[str, Any]
    hold_days: int
    is_set: bool = False
    step: int = 1
    state: str = "promised"
    reason: str = ""
    amount: int | None = None
    available: datetime | None = None
    counted: list[tuple[Any, bool]] = field(default_factory=list)
    counted_at: datetime | None = None  # of a choice: since when it has its place
    reserved: int = 0  # and what is kept free for it
    is_decided: bool = False
    was_given: bool = False
    is_regardless: bool = False  # given by a person though its conditions did not hold
    is_handed_over: bool = False
    kept: int = 0  # of what was taken back: had been used, and stays
    owed: int = 0  # or is owed
    collect_by: datetime | None = None
    options: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_money(self) -> bool:
        return bool(self.params["kind"] == "balance")

    @property
    def is_percent(self) -> bool:
        return self.is_money and "percent" in self.params

    def worth(self, basis: int | None) -> int | None:
        if not self.is_money:
            return None
        if "amount" in self.params:
            return int(self.params["amount"])
        return None if basis is None else part_of(basis, round(self.params["percent"] * 100), 10_000)

    def worth_of(self, option: dict[str, Any], basis: int | None) -> int | None:
        """What an option would be worth."""
        return Gift(self.number, self.side, self.who, option, self.terms, 0).worth(basis)

    def most_of(self, basis: int | None) -> int:
        """What the dearest option would be worth, as far as that is known."""
        return max(self.worth_of(option, basis) or 0 for option in self.options)

    def limits(self, now: datetime) -> list[tuple[Any, int, str, bool]]:
        month = day_of(now).strftime("%Y-%m")
        caps = (self.terms["caps"] or {}) if self.side == "ambassador" else {}
        limits = [(("budget",), self.terms["budget"], "budget", True)]
        limits.append(((self.who.name, "total"), caps.get("rewards_total"), "cap_count", False))
        limits.append(((self.who.name, "sum"), caps.get("amount_total"), "cap_amount", True))
        limits.append(((self.who.name, month), caps.get("rewards_per_month"), "cap_count", False))
        limits.append(((self.who.name, month, "sum"), caps.get("amount_per_month"), "cap_amount", True))
        return [limit for limit in limits if limit[1]]


@dataclass(eq=False)
class Case:
    """What a person has to decide about: the doubtful recommendations of one ambassador."""

    members: "list[Tie]" = field(default_factory=list)
    is_open: bool = True


@dataclass(eq=False)
class Tie:
    """A recommendation."""

    ambassador: Person
    friend: Person
    terms: dict[str, Any]
    registered: datetime
    flagged: bool = False
    state: str = "registered"
    reason: str = ""
    via: str = ""
    qualified: bool = False
    gifts: list[Gift] = field(default_factory=list)
    last: date | None = None  # its last day
    cases: list[Case] = field(default_factory=list)
    signs: set[str] = field(default_factory=set)
    is_said: bool = False  # with a note, by a person
    returned: datetime | None = None  # when the friend had left as a client, who comes back
    was_in_time: bool = False  # time made all of the first step hold before its last day was over

    @property
    def bought(self) -> list[Sale]:
        """What the friend paid for: of who comes back, since they are asked to."""
        paid = [sale for sale in self.friend.sales if sale.paid]
        return [sale for sale in paid if not self.returned or sale.paid[0] >= self.registered]  # type: ignore[index]

    @property
    def case(self) -> Case | None:
        return next((case for case in self.cases if case.is_open), None)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The terms' own conditions and rewards, then those of the further steps."""
        return [self.terms, *self.terms["steps"]]

    def give_days(self, now: datetime) -> None:
        """Count its days from now on."""
        days = self.terms["qualification_days"]
        self.last = day_of(now) + timedelta(days=days) if days else None

    def is_late(self, now: datetime) -> bool:
        return self.last is not None and day_of(now) > self.last

    def wanted(self, step: int) -> list[dict[str, Any]]:
        return self.steps[step - 1]["conditions"] or [{"kind": "activated"}]

    def is_met(self, step: int, now: datetime) -> bool:
        return all(self.holds(condition, now) for condition in self.wanted(step))

    def holds(self, condition: dict[str, Any], now: datetime) -> bool:
        friend, kind, with_money = self.friend, condition["kind"], [sale for sale in self.bought if sale.money]
        if kind == "activated":
            return bool(self.via) and (self.via == "manual" or bool(with_money))
        # *Reading*: what counts from registering on counts from when the friend is known.
        since = self.registered if self.returned else min(self.registered, friend.since or self.registered)
        paid = [each for each in friend.passes if each.money and each.started and each.started >= since]
        if kind == KEPT:
            return any(each.is_kept(condition["days"], now) for each in paid)
        done = {
            "membership_bought": any(each.is_new or self.returned for each in paid),
            "orders": len(with_money),
            "spend": sum(sale.money for sale in with_money),
            "sessions_attended": sum(at >= since for at in friend.visits),
            "check": friend.is_ticked,
        }[kind]
        return bool(done >= condition.get("at_least", 1))

    @property
    def basis(self) -> int | None:
        """The money left in the friend's first order with money."""
        first = min((sale for sale in self.bought if sale.due), key=lambda s: s.paid, default=None)
        return first.money if first else None

    @property
    def counts(self) -> bool:
        return self.terms["every"] > 1 and bool(self.terms["ambassador_reward"])

    def is_for_coming(self, gift: Gift) -> bool:
        return gift.side == "friend" and gift.step == 1 and self.terms["friend_reward_on"] == "registered"


class Limits:
    """How much of each limit is used."""

    def __init__(self) -> None:
        self.counted: dict[tuple[Any, ...], int] = {}

    def keep_free(self, gift: Gift, basis: int | None) -> None:
        """*Reading*: the dearest of what may be chosen is kept free, as far as it is known, or what is left."""
        if gift.state != "awaiting_choice" or not gift.counted_at:
            return
        limits = {key: most for key, most, _reason, in_money in gift.limits(gift.counted_at) if in_money}
        left = min((limits[key] - self.counted.get(key, 0) for key in limits), default=0)
        kept = min(gift.most_of(basis), gift.reserved + max(left, 0)) if limits else 0
        for key in limits:
            self.counted[key] = self.counted.get(key, 0) + kept - gift.reserved
        gift.reserved = kept

    def leave_place(self, gift: Gift) -> None:
        if gift.counted_at:
            self.give_room_back(gift, gift.reserved, wholly=True)
            gift.counted_at, gift.reserved = None, 0

    def give_room_back(self, gift: Gift, amount: int, *, wholly: bool) -> None:
        for key, in_money in gift.counted:
            self.counted[key] -= amount if in_money else wholly
