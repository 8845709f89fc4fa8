"""What an offer would have cost: a draft replayed over the business's own or imported history. Writes nothing.

It is as honest as the history: conditions of which the business has no dated rows (visits, memberships, checks) are
taken as met when the friend became active, and named; a coupon counts as what it can take off, a product or membership
as its price of today, and what has no price is counted, not valued; of a choice the dearest option is taken; what a
refund takes back after the verification period depends on what was spent by then, and is not taken off, nor is one
reward for several friends when one of them is refunded later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Max, Min

from plusone.agenda.models import Check, Visit
from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.conditions import conditions
from plusone.referrals.offers import Offer
from plusone.rewards.types import types
from plusone.store.models import Membership, MembershipType, Payment, Product, Refund
from plusone.store.queries import runs_until

from .replaying import DATED, Cost, Friend, Paid, Stay, replay, unknown_of

MONTHS = 12
MOMENT = timedelta(microseconds=1)


def would_cost(business: Business, offer: Offer, *, now: datetime) -> Cost:
    """Replay an offer over the last twelve months of the history, in twelve queries at most."""
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
    wanted = {one["kind"] for step in offer.all_steps for one in step.conditions}
    dated = _dated(business, wanted.intersection(DATED))
    friends = _friends(scope, dated) if last else ()
    return replay(offer, friends, since=since, until=until, prices=_prices(business, offer), dated=dated)


def unknown_words(business: Business, cost: Cost, offer: Offer) -> list[str]:
    """Return in words what the history has no dates of."""
    found = unknown_of(offer, set(DATED) - set(cost.unknown))
    return [conditions[kind]().action(business, wanted) for kind, wanted in found.items()]


def _dated(business: Business, kinds: Collection[str]) -> set[str]:
    """Return of which of these kinds of conditions the business has rows at all."""
    rows = {
        "sessions_attended": Visit.objects.filter(business=business),
        "membership_bought": Membership.objects.filter(business=business, started_at__isnull=False),
        "membership_kept": Membership.objects.filter(business=business, started_at__isnull=False),
        "check": Check.objects.filter(business=business),
    }
    return {kind for kind in kinds if rows[kind].exists()}


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


def _months_back(day: date, months: int) -> date:
    """Return the first day of the month so many months before the one of `day`."""
    back = day.year * 12 + day.month - 1 - months
    return date(back // 12, back % 12 + 1, 1)


def _friends(scope: Scope, dated: Collection[str]) -> Iterator[Friend]:
    """Read the history, friend by friend."""
    business = scope.business
    rows = population.counted(scope).order_by("friend_id")
    keys = rows.values("friend_id").order_by()
    said = {"business": business, "client__in": keys}
    paid = Payment.objects.filter(**said).values_list("client_id", "at", "order_id", "amount")
    back = Refund.objects.filter(**said, to_method__gt=0).values_list("client_id", "at", "order_id", "to_method")
    returned: defaultdict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
    for client, at, order, amount in back.iterator():
        returned[client].append((at, order, -amount))
    came = _came(said) if "sessions_attended" in dated else {}
    stayed = _stayed(business, said) if {"membership_bought", "membership_kept"} & set(dated) else {}
    ticked = _ticked(said) if "check" in dated else {}
    grouped = groupby(paid.order_by("client_id", "at", "id").iterator(), key=lambda row: row[0])
    following = next(grouped, None)
    for friend, ambassador, registered, activated, via, known in rows.values_list(
        "friend_id", "ambassador_id", "registered_at", "activated_at", "via", "friend__created_at"
    ).iterator():
        while following is not None and following[0] < friend:
            following = next(grouped, None)
        money: list[tuple[datetime, int, int]] = []
        if following is not None and following[0] == friend:
            money = [(at, order, amount) for _client, at, order, amount in following[1]]
        # Who was attached afterwards is looked back upon, as the loop does; it counts from their registration on.
        since, day = min(registered, known), clock.day_of(business, registered)
        moves = sorted(one for one in money + returned.get(friend, []) if one[0] >= since)
        yield Friend(
            friend,
            ambassador,
            day,
            max(day, clock.day_of(business, activated)) if activated else None,
            [Paid(max(day, clock.day_of(business, at)), order, amount) for at, order, amount in moves],
            visits=[max(day, clock.day_of(business, at)) for at in came.get(friend, ()) if at >= since],
            stays=[stay for at, stay in stayed.get(friend, ()) if at >= since],
            checks=[(max(day, clock.day_of(business, at)), what) for at, what in ticked.get(friend, ())],
            is_by_hand=via == "manual",
        )


def _came(said: dict[str, Any]) -> dict[int, list[datetime]]:
    """Return when each friend came; what was missed counts for nothing."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = Visit.objects.filter(**said, outcome=Visit.Outcome.ATTENDED).order_by()
    for client, at in rows.values_list("client_id", "at").iterator():
        found[client].append(at)
    return found


def _ticked(said: dict[str, Any]) -> dict[int, list[tuple[datetime, str]]]:
    found: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for client, at, what in Check.objects.filter(**said).order_by().values_list("client_id", "at", "what").iterator():
        found[client].append((at, what))
    return found


def _stayed(business: Business, said: dict[str, Any]) -> dict[int, list[tuple[datetime, Stay]]]:
    """Return the memberships that each friend bought with money; what was given back since is told by the payments."""
    found: defaultdict[int, list[tuple[datetime, Stay]]] = defaultdict(list)
    rows = Membership.objects.filter(**said, started_at__isnull=False, order__due__gt=0)
    for row in rows.annotate(bought=F("type__public_id")).order_by("id").iterator():
        assert row.started_at is not None
        assert row.order_id is not None
        end = runs_until(row)
        last = clock.day_of(business, end - MOMENT) if end else None  # it runs at 00:00 of its last day
        since = clock.day_of(business, row.started_at)
        found[row.client_id].append((row.started_at, Stay(since, last, row.order_id, row.bought, row.is_new)))
    return found
