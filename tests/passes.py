"""Memberships as the contract says it: thirty days that were paid for, or months that are renewed by hand. A part of
reckoning.py."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from things import Days, born, day_of, days_on, start_of

if TYPE_CHECKING:
    from reckoning import Reckoning
    from tied import Gift, Person, Sale

PASS_DAYS = 30
RUNNING = ("active", "ending")  # who cancelled keeps what is paid
LIVE = (*RUNNING, "frozen", "past_due")


def months_on(day: date, months: int) -> date:
    """The same day so many months on or back, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(eq=False)
class Pass:
    """A membership that was bought, or given."""

    sale: Sale | None
    gift: Gift | None = None
    state: str = "pending_payment"
    started: datetime | None = None
    is_new: bool = False
    extra: int = 0
    uses: list[datetime] = field(default_factory=list)
    recurs: bool = False
    periods: int = 0
    renewals: list[Sale] = field(default_factory=list)  # that were paid
    stood: int = 0  # days that it was frozen
    frozen: datetime | None = None
    born: int = field(default_factory=born)

    @property
    def money(self) -> int:
        """What is left of the money that was paid for it. One that was given, or that balance paid, counts for nothing
        however often it is renewed."""
        if not self.sale or not self.sale.due or self.state == "void":
            return 0
        return sum(sale.money for sale in (self.sale, *self.renewals))

    @property
    def ends(self) -> datetime | None:
        if not self.started:
            return None
        moved, day = timedelta(days=self.extra + self.stood), day_of(self.started)
        return start_of((months_on(day, self.periods) if self.recurs else day + timedelta(days=PASS_DAYS)) + moved)

    def runs(self, now: datetime) -> bool:
        """Whether it goes on. Time stands still while it is frozen; what is to be paid goes on once it is."""
        if self.state in ("frozen", "past_due"):
            return True
        return self.state in RUNNING and self.ends is not None and self.ends > now

    def is_kept(self, days: int, now: datetime) -> bool:
        """Whether it ran, or was frozen, at 00:00 of that day."""
        assert self.started
        assert self.ends
        day = days_on(self.started, days)
        return day <= now and (self.state == "frozen" or self.ends > day)

    def thaw(self, now: datetime) -> None:
        assert self.frozen
        self.stood, self.frozen = self.stood + (day_of(now) - day_of(self.frozen)).days, None


class Members:
    """What becomes of memberships."""

    def begin(self: Reckoning, who: Person, bought: Pass, now: datetime) -> None:
        """Let a pass that is paid run, with the days that waited for it. *Reading*: it is new unless one of its type
        was bought with money before that was not wholly given back."""
        same = [each for each in who.passes if each.recurs == bought.recurs and each.started]
        others = [each for each in same if each.state != "void" and each.sale and each.sale.due]
        bought.state, bought.started, bought.is_new, bought.periods = "active", now, not others, 1
        self.add_what_waits(who, bought)

    def add_what_waits(self: Reckoning, who: Person, begun: Pass) -> None:
        for given in who.days:
            if given.waits:
                given.on = begun
                begun.extra += given.days

    def put(self: Reckoning, who: Person, given: Days, now: datetime, on: Pass | None = None) -> None:
        """Add days to what recurs, else to the pass that ends last; without one that runs they wait."""
        running = [each for each in who.passes if each.runs(now)]
        if not running or not given.waits:
            return
        given.on = on or max(running, key=lambda each: (each.recurs, each.ends, who.passes.index(each)))
        given.on.extra += given.days
        self.go_on(given.on, now)

    def go_on(self: Reckoning, late: Pass, now: datetime) -> None:
        if late.state == "past_due" and late.ends and late.ends > now:
            late.state = "active"

    def hand_membership(self: Reckoning, gift: Gift, now: datetime) -> None:
        """*Reading*: who is on one of that type already gets more time of it."""
        who, kind = gift.who, gift.params["kind"]
        same = [each for each in who.passes if not each.recurs and each.runs(now)] if kind == "membership" else []
        if kind == "membership" and not same:
            who.passes.append(Pass(None, gift, "active", now, periods=1))
            self.add_what_waits(who, who.passes[-1])
            return
        who.days.append(Days(gift, gift.params.get("days", PASS_DAYS)))
        longest = max(same, key=lambda each: (each.ends, who.passes.index(each)), default=None)
        self.put(who, who.days[-1], now, longest)

    def want_membership_back(self: Reckoning, gift: Gift, now: datetime) -> bool:
        """Take it back where no visit used it, and days that are still ahead."""
        who = gift.who
        if own := next((each for each in who.passes if each.gift is gift), None):
            if own.state not in LIVE or own.uses:
                return False
            self.make_void(who, own, now)
            return True
        given = next(given for given in who.days if given.gift is gift)
        if given.on is not None:
            given.on.extra -= given.days
            assert given.on.ends
            if given.on.state not in LIVE or given.on.ends <= (given.on.frozen or now):  # they are gone already
                given.on.extra += given.days
                return False
        given.is_withdrawn = True
        return True

    def call_off_sold(self: Reckoning, who: Person, sale: Sale, now: datetime) -> None:
        """Make void what an order sold that was never paid."""
        for bought in who.passes:
            if bought.sale is sale and bought.state != "void":
                self.make_void(who, bought, now)

    def take_period_back(self: Reckoning, who: Person, sale: Sale, now: datetime) -> None:
        """All that an order brought in was given back: one period less; without any it is void."""
        for bought in who.passes:
            if (bought is sale.renews or bought.sale is sale) and bought.state != "void":
                if bought.periods <= 1:
                    self.make_void(who, bought, now)
                    continue
                bought.periods -= 1
                self.run_out(who, bought, now)

    def make_void(self: Reckoning, who: Person, gone: Pass, now: datetime) -> None:
        """Days on it wait again, and nobody renews it."""
        gone.state = "void"
        for given in who.days:
            given.on = None if given.on is gone and not given.is_withdrawn else given.on
        self.call_off_renewal(who, gone, now)

    def call_off_renewal(self: Reckoning, who: Person, gone: Pass, now: datetime) -> None:
        for sale in who.sales:
            if sale.renews is gone:
                self.called_off(who, sale, "cancelled", now)

    def cancel(self: Reckoning, who: Person, bought: Pass, now: datetime) -> bool:
        """Let it end with what is paid, at once where that is over. One that was never paid, or is void, has no end."""
        if bought.state in ("ending", "ended"):
            return True
        if bought.state not in LIVE:
            return False
        if bought.frozen:
            bought.thaw(now)
        bought.state = "ending"
        self.call_off_renewal(who, bought, now)
        self.run_out(who, bought, now)
        return True

    def freeze(self: Reckoning, bought: Pass, now: datetime) -> bool:
        """Let its time stand still. *Reading*: not where it is over, whether somebody has noticed or not."""
        if bought.state != "frozen":
            if bought.state != "active" or not bought.runs(now):
                return False
            bought.state, bought.frozen = "frozen", now
        return True

    def unfreeze(self: Reckoning, bought: Pass, now: datetime) -> bool:
        if bought.state == "frozen":
            bought.state = "active"
            bought.thaw(now)
        return bought.state in LIVE

    def count_period(self: Reckoning, sale: Sale, now: datetime) -> None:
        assert sale.renews
        sale.renews.periods += 1
        sale.renews.renewals.append(sale)
        self.go_on(sale.renews, now)

    def run_out(self: Reckoning, who: Person, bought: Pass, now: datetime) -> None:
        """What recurs and was paid for waits for its money, the rest ends."""
        if bought.state not in RUNNING or bought.runs(now):
            return
        asks = bought.state == "active" and bought.recurs and (bought.sale or bought.periods > 1)
        bought.state = "past_due" if asks else "ended"
        if not asks:
            self.call_off_renewal(who, bought, now)

    def pass_time(self: Reckoning, people: list[Person], now: datetime) -> None:
        """What the worker does: passes end, and days that wait find one that runs."""
        for person in people:
            for bought in person.passes:
                self.run_out(person, bought, now)
            for given in person.days:
                self.put(person, given, now)


def use(who: Person, at: datetime) -> None:
    """A visit uses the pass that ends first; one that is frozen, or is to be paid, lets nobody in."""
    running = [each for each in who.passes if each.state in RUNNING and each.runs(at) and each.started]
    running = [each for each in running if each.started and each.started <= at]
    if running:
        min(running, key=lambda each: (each.ends, who.passes.index(each))).uses.append(at)


def unuse(who: Person, at: datetime) -> None:
    for each in who.passes:
        each.uses = [used for used in each.uses if used != at]
