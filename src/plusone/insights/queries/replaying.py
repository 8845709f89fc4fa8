"""An offer replayed over a history, friend by friend: plain sums over days, which read nothing of the database.

Days are calendar days of the business. What happens on one day is taken in the order of its payments; visits, checks
and memberships of a day count from its beginning. Of friends who do something on the same day, who came first is first.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from plusone.kernel.money import share
from plusone.referrals.offers import Offer, Step
from plusone.rewards.types import types
from plusone.rewards.types.base import hundredths

Params = dict[str, Any]
DATED = ("sessions_attended", "membership_bought", "membership_kept", "check")


@dataclass(frozen=True)
class Paid:
    """Money of one order that came (+) or went back (−) on a day."""

    day: date
    order: int
    amount: int


@dataclass(frozen=True)
class Stay:
    """A membership that was bought by an order: its first day, and the last on which it runs (None: it goes on)."""

    since: date
    until: date | None
    order: int
    type: str = ""
    is_new: bool = True


@dataclass(frozen=True)
class Friend:
    """A recommended client as the history knows them; `paid` in the order of days.

    `checks` are (day, what was ticked off), empty where all was.
    """

    key: int
    ambassador: int
    registered: date
    activated: date | None
    paid: list[Paid]
    visits: Collection[date] = ()
    stays: Collection[Stay] = ()
    checks: Collection[tuple[date, str]] = ()
    is_by_hand: bool = False  # activated by hand: then no refund undoes it


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
    reward: Params = field(default_factory=dict)
    first_paid: int = 0  # of the friend: what a coupon's percentage is counted on


@dataclass(frozen=True)
class _Point:
    """A moment of a friend's history: the day, and what had been paid and given back by then."""

    day: date
    paid: list[Paid]


def replay(
    offer: Offer,
    friends: Iterable[Friend],
    *,
    since: date,
    until: date,
    prices: dict[str, int] | None = None,
    dated: Collection[str] = (),
) -> Cost:
    """Return what an offer would have cost from `since` to `until`, both included. Reads each friend once.

    `dated` are the kinds of conditions of which the history has days, beside money and becoming active.
    """
    due: list[_Due] = []
    sets: Counter[int] = Counter()
    complete: list[tuple[_Point, Friend]] = []
    registered = qualified = spent = 0
    for friend in friends:
        registered += since <= friend.registered <= until
        spent += sum(paid.amount for paid in friend.paid if since <= paid.day <= until)
        story = _Story(offer, friend, dated)
        first, *further = offer.all_steps
        at = story.reached(first, first.conditions)
        if offer.friend_reward:
            due += _gift(story, first, at)
        for step in further:
            due += _further(story, step)
        if at is not None and at.day <= until:
            qualified += since <= at.day
            complete.append((at, friend))
    for at, friend in sorted(complete, key=lambda one: (one[0].day, one[1].key)):
        sets[friend.ambassador] += 1
        if offer.ambassador_reward and sets[friend.ambassador] % offer.every == 0:
            story, step = _Story(offer, friend, dated), offer.all_steps[0]
            due += story.given(offer.ambassador_reward, step, at, offer.hold_days, for_ambassador=True)
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
        unknown=tuple(unknown_of(offer, dated)),
    )


def unknown_of(offer: Offer, dated: Collection[str]) -> dict[str, Params]:
    """Return the conditions, by kind, that the history has no dated rows of."""
    found: dict[str, Params] = {}
    for step in offer.all_steps:
        for wanted in step.conditions:
            if wanted["kind"] in DATED and wanted["kind"] not in dated:
                found.setdefault(wanted["kind"], wanted)
    return found


def _worth(one: _Due, prices: dict[str, int]) -> int | None:
    """Return what a reward costs the business, None where nobody can say."""
    if one.amount is not None:
        return one.amount
    if one.reward.get("kind") == "coupon":
        if "amount" in one.reward:
            return int(one.reward["amount"])
        return share(one.first_paid, hundredths(one.reward["percent"]), 10_000) if one.first_paid else None
    return prices.get(one.reward.get("product") or one.reward.get("membership_type") or "")


# Conditions, at a moment of a friend's history


def _left(paid: list[Paid]) -> Counter[int]:
    """Return the money that is left in each order."""
    left: Counter[int] = Counter()
    for one in paid:
        left[one.order] += one.amount
    return left


def _is_active(friend: Friend, wanted: Params, at: _Point) -> bool:
    """Hold from the activation on; no longer where it came by a purchase whose money was all given back."""
    if friend.activated is None or friend.activated > at.day:
        return False
    returned = any(one.amount < 0 for one in at.paid) and not any(amount > 0 for amount in _left(at.paid).values())
    return friend.is_by_hand or not returned


def _has_ordered(friend: Friend, wanted: Params, at: _Point) -> bool:
    return sum(amount > 0 for amount in _left(at.paid).values()) >= int(wanted["at_least"])


def _has_spent(friend: Friend, wanted: Params, at: _Point) -> bool:
    return sum(one.amount for one in at.paid) >= int(wanted["at_least"])


def _has_come(friend: Friend, wanted: Params, at: _Point) -> bool:
    return sum(day <= at.day for day in friend.visits) >= int(wanted["at_least"])


def _has_done(friend: Friend, wanted: Params, at: _Point) -> bool:
    return any(day <= at.day and what in ("", wanted["text"]) for day, what in friend.checks)


def _paid_for(friend: Friend, at: _Point) -> Iterator[Stay]:
    left = _left(at.paid)
    return (stay for stay in friend.stays if stay.since <= at.day and left[stay.order] > 0)


def _has_bought(friend: Friend, wanted: Params, at: _Point) -> bool:
    which = wanted.get("membership_type")
    return any(stay.is_new and which in (None, stay.type) for stay in _paid_for(friend, at))


def _has_kept(friend: Friend, wanted: Params, at: _Point) -> bool:
    """Still have it at 00:00 of its first day + N."""
    for stay in _paid_for(friend, at):
        day = stay.since + timedelta(days=wanted["days"])
        if day <= at.day and (stay.until is None or stay.until >= day):
            return True
    return False


def _was_active(friend: Friend, wanted: Params, at: _Point) -> bool:
    """Stand in for what has no dates: active, and so many days long where days are asked for."""
    return friend.activated is not None and friend.activated + timedelta(days=wanted.get("days", 0)) <= at.day


_HOLDS: dict[str, Callable[[Friend, Params, _Point], bool]] = {
    "activated": _is_active,
    "orders": _has_ordered,
    "spend": _has_spent,
    "sessions_attended": _has_come,
    "membership_bought": _has_bought,
    "membership_kept": _has_kept,
    "check": _has_done,
}


class _Story:
    """One friend's history under an offer."""

    def __init__(self, offer: Offer, friend: Friend, dated: Collection[str]) -> None:
        self.offer, self.friend = offer, friend
        self.holds = {
            kind: _was_active if kind in DATED and kind not in dated else holds for kind, holds in _HOLDS.items()
        }

    def all_hold(self, conditions: list[Params], at: _Point) -> bool:
        return all(self.holds.get(wanted["kind"], _was_active)(self.friend, wanted, at) for wanted in conditions)

    def points(self, conditions: list[Params]) -> Iterator[_Point]:
        """Yield the moments at which conditions may come to hold, in their order."""
        friend = self.friend
        lengths = {0, *(wanted["days"] for wanted in conditions if "days" in wanted)}
        days = {friend.registered, *friend.visits, *(day for day, _what in friend.checks)}
        days |= {one.day for one in friend.paid}
        starts = [friend.activated, *(stay.since for stay in friend.stays)]
        days |= {start + timedelta(days=length) for start in starts if start for length in lengths}
        number = 0
        for day in sorted(days):
            yield _Point(day, friend.paid[:number])
            while number < len(friend.paid) and friend.paid[number].day <= day:
                number += 1
                yield _Point(day, friend.paid[:number])

    def reached(
        self, step: Step, conditions: list[Params], *, after: _Point | None = None, with_money: bool = False
    ) -> _Point | None:
        """Return the first moment at which all conditions hold, within the friend's time for the step.

        `with_money`: and the friend has paid something, of which a percentage can be taken.
        """
        offer, last = self.offer, None
        if offer.qualification_days:
            longest = offer.qualification_days + (step.takes_days if step.number > 1 else 0)
            last = self.friend.registered + timedelta(days=longest)  # the last day counts
        for at in self.points(conditions):
            if last and at.day > last:
                return None
            if after and (at.day < after.day or len(at.paid) < len(after.paid)):
                continue
            has_money = not with_money or any(one.amount > 0 for one in at.paid)
            if has_money and at.day >= self.friend.registered and self.all_hold(conditions, at):
                return at
        return None

    def given(
        self,
        reward: Params,
        step: Step,
        at: _Point,
        hold_days: int,
        *,
        for_ambassador: bool,
        asks_nothing: bool = False,
    ) -> Iterator[_Due]:
        """Yield what is granted when the hold is over, if the conditions still hold all the time until then.

        `asks_nothing`: it is given for registering, and no condition is looked at again.
        """
        if options := types[reward["kind"]]().options(reward):
            each = [
                due
                for option in options
                for due in self.given(
                    option, step, at, hold_days, for_ambassador=for_ambassador, asks_nothing=asks_nothing
                )
            ]
            yield from sorted(each, key=lambda due: due.amount or 0)[-1:]
            return
        friend, conditions = self.friend, [] if asks_nothing else step.conditions
        kind: Any = types[reward["kind"]]()  # what a fixed or proportional amount is asks nothing of the business
        if kind.needs_basis(reward):
            found = self.reached(step, conditions, after=at, with_money=True)
            if found is None:
                return
            at = found
        day, paid = at.day + timedelta(days=hold_days), at.paid
        for number in range(len(at.paid) + 1, len(friend.paid) + 1):
            if friend.paid[number - 1].day >= day:  # a hold ends at 00:00 of its last day
                break
            paid = friend.paid[:number]
            if not self.all_hold(conditions, _Point(paid[-1].day, paid)):
                return
        first = next((one for one in friend.paid if one.amount > 0), None)
        basis = _left(paid)[first.order] if first and kind.needs_basis(reward) else None
        amount: int | None = kind.amount(None, reward, basis)
        if amount != 0:
            client = friend.ambassador if for_ambassador else friend.key
            yield _Due(day, client, amount, for_ambassador, reward, first.amount if first else 0)


def _gift(story: _Story, step: Step, qualified: _Point | None) -> Iterator[_Due]:
    offer = story.offer
    assert offer.friend_reward
    on_registering = offer.friend_reward_on == "registered"
    at = _Point(story.friend.registered, []) if on_registering else qualified
    if at is not None:
        hold_days = offer.friend_hold_days
        yield from story.given(
            offer.friend_reward, step, at, hold_days, for_ambassador=False, asks_nothing=on_registering
        )


def _further(story: _Story, step: Step) -> Iterator[_Due]:
    """Yield what a further step gives to both sides."""
    at, offer = story.reached(step, step.conditions), story.offer
    if at is None:
        return
    sides = [(step.friend_reward, offer.friend_hold_days, False), (step.ambassador_reward, offer.hold_days, True)]
    for reward, usual, is_ambassadors in sides:
        hold_days = usual if step.hold_days is None else step.hold_days
        if reward:
            yield from story.given(reward, step, at, hold_days, for_ambassador=is_ambassadors)


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
