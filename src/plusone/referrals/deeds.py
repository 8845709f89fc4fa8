"""What friends did that conditions ask about: read once for all the friends of a page, and no more than is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, Case, CharField, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Cast

from plusone.agenda.models import Check, Visit
from plusone.store.models import Membership, Order, Payment, Refund
from plusone.store.queries import bought_with_money

if TYPE_CHECKING:
    from .models import Referral

NEVER: Any = Cast(Value(None), DateTimeField())
NOTHING = Value(0, output_field=BigIntegerField())
BLANK = Value("", output_field=CharField())


class Row(NamedTuple):
    """One deed, in the columns that all tables share."""

    deed: str
    client_id: int
    on: datetime
    worth: int
    then: datetime | None
    end: datetime | None
    said: str
    stands: str
    pk: int


@dataclass(frozen=True)
class Stay:
    """A membership that was bought with money, and of which type by its public id."""

    row: Membership
    type: str


class Deeds:
    """What the friends of some recommendations did, read at the first question: one query, whatever is asked of
    however many. It is as fresh as that moment: who decides about money makes a new one.

    Times are those at which a deed counts; each question takes those from `since` to `until`, where that is given.
    """

    def __init__(self, referrals: Iterable[Referral], *, kinds: Iterable[str]) -> None:
        self._friends = {referral.friend_id for referral in referrals}
        self._kinds = sorted(set(kinds))
        self._rows: dict[tuple[int, str], list[Row]] | None = None

    def orders_with_money(self, friend: int, *, since: datetime | None = None, until: datetime | None = None) -> int:
        """Return how many paid orders have money in them that was not given back."""
        return sum(row.worth > 0 for row in self._of(friend, "order", since, until))

    def money_paid(self, friend: int, *, since: datetime | None = None, until: datetime | None = None) -> int:
        """Return the money that was paid in all, net of what was given back of it, in minor units."""
        paid = sum(row.worth for row in self._of(friend, "payment", since, until))
        return paid - sum(row.worth for row in self._of(friend, "refund") if _counts(row.then, since, until))

    def has_money_back(self, friend: int, *, since: datetime | None = None) -> bool:
        """Say whether any money was given back."""
        return any(row.worth > 0 for row in self._of(friend, "refund", since))

    def attended(self, friend: int, *, since: datetime, until: datetime | None = None) -> int:
        """Return how many sessions they came to."""
        return len(self._of(friend, "visit", since, until))

    def has_done(self, friend: int, what: str, *, since: datetime | None = None, until: datetime | None = None) -> bool:
        """Say whether one thing was done: ticked by its name, or reported without one."""
        return any(row.said in (what, "") for row in self._of(friend, "check", since, until))

    def memberships(self, friend: int, *, since: datetime, until: datetime | None = None) -> list[Stay]:
        """Return the memberships that were bought with money that is not all given back, the oldest first."""
        found = self._of(friend, "membership", since, until)
        return [
            Stay(
                Membership(
                    pk=row.pk,
                    started_at=row.on,
                    ends_at=row.then,
                    ended_at=row.end,
                    is_new=bool(row.worth),
                    state=row.stands,
                ),
                row.said,
            )
            for row in found
        ]

    def _of(self, friend: int, kind: str, since: datetime | None = None, until: datetime | None = None) -> list[Row]:
        assert kind in self._kinds, f"{kind} was not asked for"
        if self._rows is None:
            self._rows = self._read()
        return [row for row in self._rows.get((friend, kind), []) if _counts(row.on, since, until)]

    def _read(self) -> dict[tuple[int, str], list[Row]]:
        asked = [READ[kind](self._friends).values_list(*Row._fields) for kind in self._kinds]
        every = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
        found: dict[tuple[int, str], list[Row]] = {}
        for row in map(Row._make, every):
            found.setdefault((row.client_id, row.deed), []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: row.pk)
        return found


def _counts(at: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if at is None:
        return since is None and until is None
    return (since is None or at >= since) and (until is None or at <= until)


def _row(
    rows: QuerySet[Any], deed: str, *, on: str, worth: Any = NOTHING, then: Any = NEVER, end: Any = NEVER,
    said: Any = BLANK, stands: Any = BLANK,
) -> QuerySet[Any]:  # fmt: skip
    """Put the rows of one table into the columns of all."""
    columns = {"deed": _text(deed), "on": F(on), "worth": Cast(worth, BigIntegerField()), "then": then, "end": end}
    found: QuerySet[Any] = rows.order_by().annotate(
        **columns, said=Cast(said, CharField()), stands=Cast(stands, CharField())
    )
    return found


def _text(text: str) -> Value:
    return Value(text, output_field=CharField())


def _orders(friends: set[int]) -> QuerySet[Any]:
    paid = Order.objects.filter(client__in=friends, paid_at__isnull=False)
    return _row(paid, "order", on="paid_at", worth=F("due") - F("refunded_to_method"))


def _payments(friends: set[int]) -> QuerySet[Any]:
    return _row(Payment.objects.filter(client__in=friends), "payment", on="at", worth=F("amount"))


def _refunds(friends: set[int]) -> QuerySet[Any]:
    given = Refund.objects.filter(client__in=friends)
    return _row(given, "refund", on="at", worth=F("to_method"), then=F("order__paid_at"))


def _visits(friends: set[int]) -> QuerySet[Any]:
    return _row(Visit.objects.filter(client__in=friends, outcome=Visit.Outcome.ATTENDED), "visit", on="at")


def _checks(friends: set[int]) -> QuerySet[Any]:
    return _row(Check.objects.filter(client__in=friends), "check", on="at", said=F("what"))


def _memberships(friends: set[int]) -> QuerySet[Any]:
    bought = bought_with_money(Membership.objects.filter(client__in=friends, started_at__isnull=False))
    about = {"then": F("ends_at"), "end": F("ended_at"), "said": F("type__public_id"), "stands": F("state")}
    is_new = Case(When(is_new=True, then=1), default=0, output_field=BigIntegerField())
    return _row(bought, "membership", on="started_at", worth=is_new, **about)


READ: dict[str, Callable[[set[int]], QuerySet[Any]]] = {
    "order": _orders,
    "payment": _payments,
    "refund": _refunds,
    "visit": _visits,
    "check": _checks,
    "membership": _memberships,
}
