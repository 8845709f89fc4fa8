"""What the store keeps for a client, as their pages show it: coupons, memberships, given days, orders to pay."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, CharField, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Cast

from plusone.clients.models import Client

from .models import Coupon, Membership, MembershipType, Order
from .queries import memberships_of, usable_coupons

COLUMNS = ("what", "key", "said", "stands", "ends", "first", "second", "source")


@dataclass
class Purse:
    """What a client has in the store, each row with what is shown of it: code, worth and end of a coupon; name, state,
    end and uses of a membership; number and rest of an order that waits for its payment. A coupon says what it was
    given for, too."""

    coupons: list[Coupon] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    waiting_days: int = 0
    unpaid: list[Order] = field(default_factory=list)


def purse_of(client: Client, *, now: datetime) -> Purse:
    """Return what the store keeps for a client, in one query: what expires first and what is newest come first."""
    coupons = usable_coupons(client, now=now)
    unpaid = client.orders.filter(state=Order.State.AWAITING_PAYMENT)
    days = client.gifted_days.filter(membership=None, withdrawn_at=None)
    shown = {"said": "code", "ends": "expires_at", "first": "amount", "second": "percent_hundredths"}
    running = {"said": "type__name", "stands": "state", "ends": "ends_at", "first": "uses_left", "second": "renews"}
    renews = Case(When(type__kind=MembershipType.Kind.RECURRING, then=1), default=0)
    rows = _row("coupon", coupons, **shown, source="source_id").union(
        _row("membership", memberships_of(client).annotate(renews=renews), **running),
        _row("days", days, first="days"),
        _row("order", unpaid, said="public_id", first="due"),
        all=True,
    )
    purse = Purse()
    for what, key, said, stands, ends, first, second, source in rows:
        match what:
            case "coupon":
                one = Coupon(pk=key, code=said, expires_at=ends, amount=first, percent_hundredths=second)
                one.source_id = source
                purse.coupons.append(one)
            case "membership":
                of = MembershipType(name=said, kind=MembershipType.Kind.RECURRING if second else "")
                purse.memberships.append(Membership(pk=key, type=of, state=stands, ends_at=ends, uses_left=first))
            case "days":
                purse.waiting_days += first
            case _order:
                purse.unpaid.append(Order(pk=key, public_id=said, due=first))
    purse.coupons.sort(key=lambda coupon: (coupon.expires_at, coupon.pk))
    purse.memberships.sort(key=lambda membership: -membership.pk)
    purse.unpaid.sort(key=lambda order: -order.pk)
    return purse


def _row(
    what: str,
    rows: QuerySet[Any],
    *,
    said: str = "",
    stands: str = "",
    ends: str = "",
    first: str,
    second: str = "",
    source: str = "",
) -> QuerySet[Any]:
    """Put the rows of one table into the columns of all."""
    number, text = BigIntegerField(), CharField()
    found: QuerySet[Any] = (
        rows.order_by()
        .select_related(None)
        .annotate(
            what=Value(what, output_field=text),
            key=F("pk"),
            said=Cast(F(said) if said else Value(""), text),
            stands=Cast(F(stands) if stands else Value(""), text),
            ends=F(ends) if ends else Cast(Value(None), DateTimeField()),
            first=Cast(F(first), number),
            second=Cast(F(second) if second else Value(None), number),
            source=Cast(F(source) if source else Value(None), number),
        )
        .values_list(*COLUMNS)
    )
    return found
