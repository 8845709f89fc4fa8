"""What an offer would have cost: a draft replayed over the business's own or imported history. Writes nothing.

It is as honest as the history: conditions of which there are no dated rows (visits, memberships) are taken as met when
the friend became active, and named; a coupon counts as what it can take off, a product or membership as its price of
today, and what has no price is counted, not valued; of a choice the dearest option is taken; what a refund takes back
after the verification period depends on what was spent by then, and is not taken off.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Max, Min

from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.money import share
from plusone.referrals.conditions import conditions
from plusone.referrals.offers import Offer, Step
from plusone.rewards.types import types
from plusone.rewards.types.base import hundredths
from plusone.store.models import MembershipType, Payment, Product, Refund

MONTHS = 12


@dataclass(frozen=True)
class Paid:
    """Money of one order that came (+) or went back (−) on a day."""

    day: date
    order: int
    amount: int


@dataclass(frozen=True)
class Friend:
    """A recommended client as the history knows them; `paid` in the order of days."""

    key: int
    ambassador: int
    registered: date
    activated: date | None
    paid: list[Paid]


@dataclass(frozen=True)
class Cost:
    """What came out: money by month, who received it, and what could not be known."""

    since: date
    until: date
    friends: int = 0
    qualified: int = 0
    clients: int = 0
    total: int = 0
    spent: int = 0
    things: int = 0
    months: Counter[date] = field(default_factory=Counter)
    unknown: tuple[str, ...] = ()

    @property
    def worst(self) -> tuple[date, int] | None:
        """The month that cost most, the first of equals."""
        return max(self.months.items(), key=lambda one: (one[1], -one[0].toordinal()), default=None)

    @property
    def share(self) -> float | None:
        """How much of what friends paid the rewards are, in per cent; None where they paid nothing."""
        return 100 * self.total / self.spent if self.spent else None

    def exceeds(self, margin: int) -> bool:
        """Say whether the rewards are more than `margin` per cent of what friends paid."""
        return self.total * 100 > self.spent * margin


@dataclass(frozen=True)
class _Due:
    day: date
    client: int
    amount: int | None  # None: not money
    is_ambassadors: bool
    reward: dict[str, Any] = field(default_factory=dict)
    first_paid: int = 0  # of the friend: what a coupon's percentage is counted on


def would_cost(business: Business, offer: Offer, *, now: datetime) -> Cost:
    """Replay an offer over the last twelve months of the history, in seven queries at most."""
    scope = Scope(business, now)
    came = population.counted(scope)
    until = clock.today(business, now)
    since = _months_back(until, MONTHS - 1)
    last = came.aggregate(last=Max("registered_at"))["last"]
    if last is not None and clock.day_of(business, last) < since:
        # The history ended: the year that begins with the first who came in the twelve months before the last.
        earliest = clock.day_start(business, _months_back(clock.day_of(business, last), MONTHS - 1))
        first = came.filter(registered_at__gte=earliest).aggregate(first=Min("registered_at"))["first"]
        since = clock.day_of(business, first).replace(day=1)
        until = _months_back(since, -MONTHS) - timedelta(days=1)
    friends = _friends(scope) if last else ()
    return replay(offer, friends, since=since, until=until, prices=_prices(business, offer))


def _prices(business: Business, offer: Offer) -> dict[str, int]:
    """Return what the products and memberships that an offer gives cost today, by id."""
    found: dict[str, int] = {}
    given = [reward for step in offer.all_steps for reward in (step.friend_reward, step.ambassador_reward) if reward]
    given += [option for reward in given for option in types[reward["kind"]]().options(reward)]
    for name, model in (("product", Product), ("membership_type", MembershipType)):
        if wanted := [reward[name] for reward in given if name in reward]:
            rows = model.objects.filter(business=business, public_id__in=wanted)
            found |= dict(rows.values_list("public_id", "price"))
    return found


def _worth(one: "_Due", prices: dict[str, int]) -> int | None:
    """Return what a reward costs the business, None where nobody can say."""
    if one.amount is not None:
        return one.amount
    if one.reward.get("kind") == "coupon":
        if "amount" in one.reward:
            return int(one.reward["amount"])
        return share(one.first_paid, hundredths(one.reward["percent"]), 10_000) if one.first_paid else None
    return prices.get(one.reward.get("product") or one.reward.get("membership_type") or "")


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months before the one of `day`."""
    back = day.year * 12 + day.month - 1 - months
    return date(back // 12, back % 12 + 1, 1)


def replay(
    offer: Offer, friends: Iterable[Friend], *, since: date, until: date, prices: dict[str, int] | None = None
) -> Cost:
    """Return what an offer would have cost from `since` to `until`, both included. Reads each friend once."""
    due: list[_Due] = []
    sets: Counter[int] = Counter()
    complete: list[tuple[date, Friend]] = []
    registered = qualified = spent = 0
    first, *further = offer.all_steps
    for friend in friends:
        registered += since <= friend.registered <= until
        spent += sum(paid.amount for paid in friend.paid if since <= paid.day <= until)
        at = _qualified(offer, first, friend)
        if offer.friend_reward:
            due += _gift(offer, friend, at)
        for step in further:
            due += _further(offer, step, friend)
        if at is not None and at <= until:
            qualified += since <= at
            complete.append((at, friend))
    for at, friend in sorted(complete, key=lambda one: (one[0], one[1].key)):
        sets[friend.ambassador] += 1
        if offer.ambassador_reward and sets[friend.ambassador] % offer.every == 0:
            due += _given(offer.ambassador_reward, offer.conditions, friend, at, offer.hold_days, for_ambassador=True)
    granted = [one for one in _within_limits(offer, sorted(due, key=lambda one: one.day)) if since <= one.day <= until]
    months: Counter[date] = Counter()
    worths = [_worth(one, prices or {}) for one in granted]
    for one, worth in zip(granted, worths, strict=True):
        months[one.day.replace(day=1)] += worth or 0
    return Cost(
        since=since,
        until=until,
        friends=registered,
        qualified=qualified,
        clients=len({one.client for one in granted}),
        total=sum(months.values()),
        spent=spent,
        things=worths.count(None),
        months=+months,
        unknown=tuple(_unknown(offer)),
    )


def _unknown(offer: Offer) -> dict[str, dict[str, Any]]:
    """Return the conditions, by kind, that the history has no dated rows of."""
    found: dict[str, dict[str, Any]] = {}
    for step in offer.all_steps:
        for wanted in step.conditions:
            if wanted["kind"] not in _REACHED:
                found.setdefault(wanted["kind"], wanted)
    return found


def _activated(friend: Friend, wanted: dict[str, Any]) -> date | None:
    """Return when the friend became active, and so many days later where days are asked for."""
    return friend.activated + timedelta(days=wanted.get("days", 0)) if friend.activated else None


def _ordered(friend: Friend, wanted: dict[str, Any]) -> date | None:
    left: Counter[int] = Counter()
    for paid in friend.paid:
        left[paid.order] += paid.amount
        if sum(amount > 0 for amount in left.values()) >= wanted["at_least"]:
            return paid.day
    return None


def _spent(friend: Friend, wanted: dict[str, Any]) -> date | None:
    total = 0
    for paid in friend.paid:
        total += paid.amount
        if total >= wanted["at_least"]:
            return paid.day
    return None


_REACHED = {"activated": _activated, "orders": _ordered, "spend": _spent}


def _qualified(offer: Offer, step: Step, friend: Friend) -> date | None:
    """Return the day on which all conditions of a step held, within the friend's time for it."""
    days = [_REACHED.get(wanted["kind"], _activated)(friend, wanted) for wanted in step.conditions]
    reached = [day for day in days if day is not None]
    if len(reached) < len(days):
        return None
    at = max(reached)
    longest = offer.qualification_days + (step.takes_days if step.number > 1 else 0)
    late = offer.qualification_days and at > friend.registered + timedelta(days=longest)  # the last day counts
    return None if late else at


def _gift(offer: Offer, friend: Friend, qualified: date | None) -> Iterator[_Due]:
    assert offer.friend_reward
    at = friend.registered if offer.friend_reward_on == "registered" else qualified
    if at is not None:
        wanted = None if offer.friend_reward_on == "registered" else offer.conditions
        yield from _given(offer.friend_reward, wanted, friend, at, offer.friend_hold_days, for_ambassador=False)


def _further(offer: Offer, step: Step, friend: Friend) -> Iterator[_Due]:
    """Yield what a further step gives to both sides."""
    at = _qualified(offer, step, friend)
    if at is None:
        return
    sides = [(step.friend_reward, offer.friend_hold_days, False), (step.ambassador_reward, offer.hold_days, True)]
    for reward, usual, is_ambassadors in sides:
        hold_days = usual if step.hold_days is None else step.hold_days
        if reward:
            yield from _given(reward, step.conditions, friend, at, hold_days, for_ambassador=is_ambassadors)


def _given(
    reward: dict[str, Any],
    wanted: list[dict[str, Any]] | None,
    friend: Friend,
    at: date,
    hold_days: int,
    *,
    for_ambassador: bool,
) -> Iterator[_Due]:
    """Yield what is granted when the hold is over, if the friend's money is still there by then.

    `wanted` are the conditions that are looked at again then, None where there are none.
    """
    if options := types[reward["kind"]]().options(reward):
        given = [_given(option, wanted, friend, at, hold_days, for_ambassador=for_ambassador) for option in options]
        yield from sorted((due for option in given for due in option), key=lambda due: due.amount or 0)[-1:]
        return
    kind: Any = types[reward["kind"]]()  # what a fixed or proportional amount is asks nothing of the business
    basis: int | None = None
    needs_basis = kind.needs_basis(reward)
    if needs_basis:
        first = next((paid for paid in friend.paid if paid.amount > 0), None)
        if first is None:
            return
        at = max(at, first.day)
    day = at + timedelta(days=hold_days)
    # A hold ends at 00:00 of its last day; without one, what goes back later comes too late to matter.
    by_then = [paid for paid in friend.paid if (paid.day < day if hold_days else paid.amount > 0)]
    if needs_basis:
        order = next(paid.order for paid in friend.paid if paid.amount > 0)
        basis = sum(paid.amount for paid in by_then if paid.order == order)
    elif hold_days and wanted is not None and not _still(wanted, by_then):
        return
    amount: int | None = kind.amount(None, reward, basis)
    if amount != 0:
        first_paid = next((paid.amount for paid in friend.paid if paid.amount > 0), 0)
        client = friend.ambassador if for_ambassador else friend.key
        yield _Due(day, client, amount, for_ambassador, reward, first_paid)


def _still(conditions: list[dict[str, Any]], by_then: list[Paid]) -> bool:
    """Say whether the thresholds hold with what was given back by then, and not all of it was (CONTRACT, States)."""
    if by_then and sum(paid.amount for paid in by_then) <= 0:
        return False
    left: Counter[int] = Counter()
    for paid in by_then:
        left[paid.order] += paid.amount
    found: dict[str, int] = {"spend": sum(left.values()), "orders": sum(amount > 0 for amount in left.values())}
    return all(found.get(wanted["kind"], 0) >= wanted.get("at_least", 0) or wanted["kind"] not in found
               for wanted in conditions)  # fmt: skip


def _within_limits(offer: Offer, due: Iterable[_Due]) -> Iterator[_Due]:
    """Yield what the ambassadors' caps and the budget let through, clamped to what is left, in the order of days."""
    caps = offer.caps or {}
    used: Counter[Any] = Counter()
    for one in due:
        amount, month = one.amount, (one.client, one.day.year, one.day.month)
        counts = [("rewards_total", one.client), ("rewards_per_month", month)] if one.is_ambassadors else []
        if any(name in caps and used[name, key] >= caps[name] for name, key in counts):
            continue
        if amount is not None:
            if one.is_ambassadors and "amount_total" in caps:
                amount = min(amount, caps["amount_total"] - used["amount_total", one.client])
            if one.is_ambassadors and "amount_per_month" in caps:
                amount = min(amount, caps["amount_per_month"] - used["amount_per_month", month])
            if offer.budget is not None:
                amount = min(amount, offer.budget - used["budget"])
            if amount <= 0:
                continue
            used["budget"] += amount
            used["amount_total", one.client] += amount if one.is_ambassadors else 0
            used["amount_per_month", month] += amount if one.is_ambassadors else 0
        for name, key in counts:
            used[name, key] += 1
        yield replace(one, amount=amount)


def unknown_words(business: Business, cost: Cost, offer: Offer) -> list[str]:
    """Return in words what the history has no dates of."""
    return [
        conditions[kind]().action(business, wanted) for kind, wanted in _unknown(offer).items() if kind in cost.unknown
    ]


def _friends(scope: Scope) -> Iterator[Friend]:
    """Read the history, friend by friend."""
    business = scope.business
    rows = population.counted(scope).order_by("friend_id")
    keys = rows.values("friend_id")
    said = {"business": business, "client__in": keys.order_by()}
    paid = Payment.objects.filter(**said).values_list("client_id", "at", "order_id", "amount")
    back = Refund.objects.filter(**said, to_method__gt=0).values_list("client_id", "at", "order_id", "to_method")
    returned: defaultdict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
    for client, at, order, amount in back.iterator():
        returned[client].append((at, order, -amount))
    grouped = groupby(paid.order_by("client_id", "at", "id").iterator(), key=lambda row: row[0])
    following = next(grouped, None)
    for friend, ambassador, registered, activated in rows.values_list(
        "friend_id", "ambassador_id", "registered_at", "activated_at"
    ).iterator():
        while following is not None and following[0] < friend:
            following = next(grouped, None)
        money: list[tuple[datetime, int, int]] = []
        if following is not None and following[0] == friend:
            money = [(at, order, amount) for _client, at, order, amount in following[1]]
        moves = sorted(one for one in money + returned.get(friend, []) if one[0] >= registered)
        yield Friend(
            friend,
            ambassador,
            clock.day_of(business, registered),
            clock.day_of(business, activated) if activated else None,
            [Paid(clock.day_of(business, at), order, amount) for at, order, amount in moves],
        )
