"""What an offer would have cost: a draft replayed over the business's own or imported history. Writes nothing.

It is as honest as the history: conditions of which the business has no dated rows (visits, memberships, checks) are
taken as met when the friend became active, and named; a coupon counts as what it can take off, a product or membership
as its price of today, and what has no price is counted, not valued; of a choice the dearest option is taken; what a
refund takes back after the verification period depends on what was spent by then, and is not taken off, nor is one
reward for several friends when one of them is refunded later.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    Max,
    Min,
    QuerySet,
    Subquery,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Cast

from plusone.agenda.models import Check, Visit
from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.conditions import conditions
from plusone.referrals.models import Referral
from plusone.referrals.offers import Offer
from plusone.rewards.types import types
from plusone.store.models import Membership, Payment, Refund
from plusone.store.queries import runs_until
from plusone.store.shelf import Shelf, shelf_of

from .replaying import DATED, Cost, Friend, Paid, Stay, replay, unknown_of

MONTHS = 12
MOMENT = timedelta(microseconds=1)


def would_cost(business: Business, offer: Offer, *, shelf: Shelf | None = None, now: datetime) -> Cost:
    """Replay an offer over the last twelve months of the history, in four queries at most; a page that shows the shelf
    has its prices at hand."""
    scope = Scope(business, now)
    came = population.counted(scope)
    until = clock.today(business, now)
    since = _months_back(until, MONTHS - 1)
    last, dated = _known(business, came, {one["kind"] for step in offer.all_steps for one in step.conditions})
    if last is not None and clock.day_of(business, last) < since:
        # The history ended: the year that begins with the first who came in the twelve months before the last.
        earliest = clock.day_start(business, _months_back(clock.day_of(business, last), MONTHS - 1))
        first = came.filter(registered_at__gte=earliest).aggregate(first=Min("registered_at"))["first"]
        since = clock.day_of(business, first).replace(day=1)
        until = _months_back(since, -MONTHS) - timedelta(days=1)
    friends = _friends(scope, dated) if last else ()
    return replay(offer, friends, since=since, until=until, prices=_prices(business, offer, shelf), dated=dated)


def unknown_words(business: Business, cost: Cost, offer: Offer) -> list[str]:
    """Return in words what the history has no dates of."""
    found = unknown_of(offer, set(DATED) - set(cost.unknown))
    return [conditions[kind]().action(business, wanted) for kind, wanted in found.items()]


def _known(business: Business, came: QuerySet[Referral], kinds: Collection[str]) -> tuple[datetime | None, set[str]]:
    """Return when the last friend came, and of which of these kinds of conditions the business has rows at all."""
    bought = Membership.objects.filter(business=business, started_at__isnull=False)
    rows: dict[str, QuerySet[Any]] = {
        "sessions_attended": Visit.objects.filter(business=business),
        "membership_bought": bought,
        "membership_kept": bought,
        "check": Check.objects.filter(business=business),
    }
    wanted = sorted(kinds & rows.keys())
    last = came.order_by().values("business").annotate(last=Max("registered_at")).values("last")
    asked = [Subquery(last), *(Exists(rows[kind]) for kind in wanted)]
    newest, *there = Business.objects.filter(pk=business.pk).values_list(*asked).get()
    return newest, {kind for kind, is_there in zip(wanted, there, strict=True) if is_there}


def _prices(business: Business, offer: Offer, shelf: Shelf | None) -> dict[str, int]:
    """Return what the products and memberships that an offer may give cost today, by id."""
    given = [reward for step in offer.all_steps for reward in (step.friend_reward, step.ambassador_reward) if reward]
    given += [option for reward in given for option in types[reward["kind"]]().options(reward)]
    if not any("product" in reward or "membership_type" in reward for reward in given):
        return {}
    return (shelf or shelf_of(business)).prices


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months before the one of `day`."""
    back = day.year * 12 + day.month - 1 - months
    return date(back // 12, back % 12 + 1, 1)


def _friends(scope: Scope, dated: Collection[str]) -> Iterator[Friend]:
    """Read the history, friend by friend: one query, whose rows come sorted by whom they are about."""
    for friend, rows in groupby(_history(scope, dated).iterator(), key=lambda row: row[0]):
        came, moved, visits, stays, checks = _told(scope.business, rows)
        for ambassador, registered, activated, via, known in came:
            # Who was attached afterwards is looked back upon, as the loop does; it counts from their registration on.
            since, day = min(registered, known), clock.day_of(scope.business, registered)
            moves, moved = sorted(one for one in moved if one[0] >= since), []
            yield Friend(
                friend,
                ambassador,
                day,
                max(day, clock.day_of(scope.business, activated)) if activated else None,
                [Paid(max(day, clock.day_of(scope.business, at)), order, amount) for at, order, amount in moves],
                visits=[max(day, clock.day_of(scope.business, at)) for at in visits if at >= since],
                stays=[stay for at, stay in stays if at >= since],
                checks=[(max(day, clock.day_of(scope.business, at)), what) for at, what in checks],
                is_by_hand=via == "manual",
            )


def _told(business: Business, rows: Iterable[Any]) -> tuple[list[Any], list[Any], list[Any], list[Any], list[Any]]:
    """Sort what the history has of one friend: how they came, the money, visits, memberships and checks."""
    came, moved, visits, stays, checks = [], [], [], [], []
    for _friend, what, _place, at, other, amount, then, end, text, state in rows:
        match what:
            case "came":
                came.append((other, at, then, text, end))
            case "money":
                moved.append((at, other, amount))
            case "visit":
                visits.append(at)
            case "check":
                checks.append((at, text))
            case _stay:
                row = Membership(started_at=at, ends_at=then, ended_at=end, state=state)
                stays.append((at, _stay_of(business, row, order=other, type=text, is_new=bool(amount))))
    return came, moved, visits, stays, checks


def _stay_of(business: Business, row: Membership, **about: Any) -> Stay:
    assert row.started_at is not None
    end = runs_until(row)
    last = clock.day_of(business, end - MOMENT) if end else None  # it runs at 00:00 of its last day
    return Stay(clock.day_of(business, row.started_at), last, **about)


def _history(scope: Scope, dated: Collection[str]) -> QuerySet[Any]:
    """Return all that is known of the friends who count; money given back stands below zero, what was missed and what
    was not paid for is left out."""
    came = population.counted(scope)
    said = {"business": scope.business, "client__in": came.values("friend_id").order_by()}
    back = Refund.objects.filter(**said, to_method__gt=0)
    parts = [
        _part("money", Payment.objects.filter(**said), other="order_id", amount=F("amount")),
        _part("money", back, other="order_id", amount=-F("to_method")),
    ]
    if "sessions_attended" in dated:
        parts.append(_part("visit", Visit.objects.filter(**said, outcome=Visit.Outcome.ATTENDED)))
    if "check" in dated:
        parts.append(_part("check", Check.objects.filter(**said), text="what"))
    if {"membership_bought", "membership_kept"} & set(dated):
        bought = Membership.objects.filter(**said, started_at__isnull=False, order__due__gt=0)
        is_new = Case(When(is_new=True, then=Value(1)), default=Value(0))
        stay: dict[str, Any] = {
            "at": "started_at",
            "other": "order_id",
            "amount": is_new,
            "then": "ends_at",
            "end": "ended_at",
        }
        parts.append(_part("stay", bought, **stay, text="type__public_id", state="state"))
    about = {"at": "registered_at", "other": "ambassador_id", "then": "activated_at", "end": "friend__created_at"}
    first = _part("came", came, friend="friend_id", **about, text="via")
    return first.union(*parts, all=True).order_by("whose", "place")


def _part(
    what: str, rows: QuerySet[Any], *, friend: str = "client_id", at: str = "at", other: str = "", amount: Any = None,
    then: str = "", end: str = "", text: str = "", state: str = "",
) -> QuerySet[Any]:  # fmt: skip
    """Put the rows of one table into the columns of all."""
    number, words, moment = BigIntegerField(), CharField(), DateTimeField()
    columns = {
        "whose": Cast(F(friend), number),
        "what_is_it": Value(what, output_field=words),
        "place": F("pk"),
        "moment": F(at),
        "other": Cast(F(other) if other else Value(0), number),
        "worth": Cast(Value(0) if amount is None else amount, number),
        "then": F(then) if then else Cast(Value(None), moment),
        "end": F(end) if end else Cast(Value(None), moment),
        "words": Cast(F(text) if text else Value(""), words),
        "stands": Cast(F(state) if state else Value(""), words),
    }
    found: QuerySet[Any] = rows.order_by().annotate(**columns).values_list(*columns)
    return found
