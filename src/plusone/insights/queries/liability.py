"""The balance book: what clients' balances were worth at each month's end, and what moved them (the liability book).

Everything is read from the append-only ledger as it stood at a moment, so a past month never changes: a lot counts
until its end, whether the worker had posted its expiry by then or not.
"""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

from django.db.models import Case, F, IntegerField, Sum, Value, When

from plusone.insights.kpis.money import OutstandingBalance
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.models import Account, Entry, HoldLot, LotBalance, LotUse, Transfer

K = Transfer.Kind
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # after every movement
SOON_DAYS = (30, 90)
# Which column of the book each kind of movement stands in.
MOVES: dict[str, tuple[str, ...]] = {
    "earned": (K.EARN,),
    "brought": (K.OPENING, K.TRANSFER),
    "adjusted": (K.ADJUST,),
    "redeemed": (K.REDEEM, K.RENEWAL),
    "reversed": (K.REVERSAL,),
    "expired": (K.EXPIRE,),
    "revoked": (K.REVOKE,),
}


@dataclass(frozen=True)
class BookMonth:
    """A month of the book; what went out has a minus. `closing` is the opening and all movements.

    `held` is the part of `closing` that open orders reserve; the rest, `available`, is the outstanding balance (M-9).
    """

    first: date
    opening: int
    earned: int
    brought: int
    adjusted: int
    redeemed: int
    reversed: int
    expired: int
    revoked: int
    closing: int
    held: int

    @property
    def available(self) -> int:
        """What could be spent at the end of the month."""
        return self.closing - self.held


AMOUNTS = tuple(field.name for field in fields(BookMonth))[1:]


@dataclass(frozen=True)
class Snapshot:
    """What balances were worth at the end of a day, what of it expires soon, and what clients owe."""

    closing: int
    held: int
    soon: tuple[int, ...]  # within 30 and within 90 days
    owed: int

    @property
    def available(self) -> int:
        """What could be spent."""
        return self.closing - self.held


def book_years(business: Business, *, now: datetime) -> list[int]:
    """Return the years that have a book, the newest first; none before the first movement."""
    first = Transfer.objects.filter(business=business).order_by("at").values_list("at", flat=True).first()
    if first is None:
        return []
    return list(range(clock.today(business, now).year, clock.day_of(business, first).year - 1, -1))


def balance_book(business: Business, year: int, *, now: datetime) -> list[BookMonth]:
    """Return the months of a year that have begun, in four queries."""
    today = clock.today(business, now)
    firsts = [date(year, month, 1) for month in range(1, 13) if date(year, month, 1) <= today]
    if not firsts:
        return []
    ends = [clock.day_start(business, first) for first in firsts]
    following = clock.day_start(business, _next_month(firsts[-1]))
    # The running month ends now: all that has been written counts, and what has expired by now.
    ends.append(following if following <= now else FAR)
    moments = [*ends[:-1], min(following, now)]
    moved = _moved(business, ends)
    held, kept = _held(business, ends, moments)
    overdue = _overdue(business, ends, moments, kept)
    return _months(firsts, moved, held, overdue)


def _months(
    firsts: list[date], moved: Counter[tuple[str, int]], held: list[int], overdue: list[int]
) -> list[BookMonth]:
    column = {kind: name for name, kinds in MOVES.items() for kind in kinds}
    before = sum(amount for (_kind, place), amount in moved.items() if place == 0)
    closing, months = before - overdue[0], []
    for place, first in enumerate(firsts, 1):
        amounts = Counter(dict.fromkeys(MOVES, 0))
        for kind in column:
            amounts[column[kind]] += moved[kind, place]
        # What a lot lost by its end is dated by that end, though it may be posted later.
        amounts["expired"] -= overdue[place] - overdue[place - 1]
        opening, closing = closing, closing + sum(amounts.values())
        months.append(BookMonth(first=first, opening=opening, **amounts, closing=closing, held=held[place]))
    return months


def snapshot(business: Business, day: date | None, *, now: datetime) -> Snapshot:
    """Return what stood at the end of a day, or stands now, in three queries."""
    scope = Scope(business, now, until=day)
    soon = {days: clock.day_start(business, _day(scope) + timedelta(days=days + 1)) for days in SOON_DAYS}
    free = dict.fromkeys((*SOON_DAYS, 0), 0)
    parts = OutstandingBalance().parts(scope)
    found = [
        part.rows.order_by()
        .annotate(s_ends=_within(end_of, soon), s_n=part.n)
        .values_list("s_ends")
        .annotate(n=Sum("s_n"))
        for part, end_of in zip(parts, ("expires_at", "lot__expires_at", "lot__expires_at"), strict=True)
    ]
    for days, amount in found[0].union(*found[1:], all=True):
        free[days] += int(amount)
    reserved = HoldLot.objects.filter(scope.not_by_end("hold__ended_at"), lot__business=business)
    debts = Entry.objects.filter(business=business, account__kind=Account.Kind.DEBT)
    if scope.is_past:
        reserved, debts = reserved.filter(hold__at__lt=scope.moment), debts.filter(transfer__at__lt=scope.moment)
    held = reserved.aggregate(n=Sum("amount", default=0))["n"]
    owed = -debts.aggregate(n=Sum("amount", default=0))["n"]
    near, further = (free[days] for days in SOON_DAYS)
    return Snapshot(closing=sum(free.values()) + held, held=held, soon=(near, near + further), owed=owed)


def _day(scope: Scope) -> date:
    return scope.until if scope.until and scope.is_past else clock.today(scope.business, scope.now)


def _within(field: str, soon: dict[int, datetime]) -> Case:
    whens = [When(**{f"{field}__lt": end}, then=Value(days)) for days, end in soon.items()]
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _after(field: str, ends: list[datetime], how: str = "gte") -> Case:
    """Return how many of the ends a moment does not lie before: 0 is before the first."""
    whens = [When(**{f"{field}__{how}": end}, then=Value(place)) for place, end in reversed(list(enumerate(ends, 1)))]
    never = When(**{f"{field}__isnull": True}, then=Value(len(ends)))
    return Case(never, *whens, default=Value(0), output_field=IntegerField())


def _moved(business: Business, ends: list[datetime]) -> Counter[tuple[str, int]]:
    """Return the sums of the movements of clients' balances by kind and month; month 0 is all before the first."""
    rows = Transfer.objects.filter(business=business).exclude(kind=K.DEBT).order_by()
    sums = rows.annotate(place=_after("at", ends)).values_list("kind", "place").annotate(n=Sum("amount"))
    return Counter({(kind, place): int(n) for kind, place, n in sums})


def _held(business: Business, ends: list[datetime], moments: list[datetime]) -> tuple[list[int], list[int]]:
    """Return what open orders reserved at each end, and the part of it from lots whose own end had passed."""
    rows = HoldLot.objects.filter(lot__business=business).annotate(
        begun=_after("hold__at", ends),
        ended=_after("hold__ended_at", ends),
        over=_after("lot__expires_at", moments, "gt"),
    )
    sums = rows.order_by().values_list("begun", "ended", "over").annotate(n=Sum("amount"))
    held, kept = [0] * len(ends), [0] * len(ends)
    for begun, ended, over, n in sums:
        # Begun before an end, not over at it: an end counts as reached from its own moment on.
        for place in range(begun, min(ended, len(ends))):
            held[place] += int(n)
            kept[place] += int(n) if over <= place else 0
    return held, kept


def _overdue(business: Business, ends: list[datetime], moments: list[datetime], kept: list[int]) -> list[int]:
    """Return what of lots whose end had passed was still in the accounts at each end, free to expire."""
    found = [-amount for amount in kept]
    left = LotBalance.objects.filter(account__business=business, remaining__gt=0, expires_at__lte=moments[-1])
    over = left.annotate(over=_after("expires_at", moments, "gt")).order_by()
    for place, n in over.values_list("over").annotate(n=Sum("remaining")):
        for end in range(place, len(ends)):
            found[end] += int(n)
    # What was taken from them later was still there. (What is given back after a lot's end comes as another lot.)
    late = LotUse.objects.filter(lot__business=business, amount__gt=0, transfer__at__gte=F("lot__expires_at"))
    used = late.annotate(over=_after("lot__expires_at", moments, "gt"), used=_after("transfer__at", ends)).order_by()
    for place, until, n in used.values_list("over", "used").annotate(n=Sum("amount")):
        for end in range(place, min(until, len(ends))):
            found[end] += int(n)
    return found
