"""Questions about the store."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from plusone.clients.models import Client, Invitation, fold
from plusone.kernel.models import Business
from plusone.kernel.money import share

from .models import Coupon, Dispute, Membership, MembershipType, Order, Payment, Product, Refund
from .periods import end_of


def products_of(business: Business, *, archived: bool = False) -> QuerySet[Product]:
    """Return the products of a business by name, pictures at hand."""
    return (
        Product.objects.filter(business=business, archived_at__isnull=not archived)
        .select_related("picture")
        .defer("picture__data")
        .order_by("name", "id")
    )


def products_for(client: Client) -> QuerySet[Product]:
    """Return what a client sees in the store (R-251): archived clients see what clients see."""
    hidden = Q(visibility=Product.Visibility.HIDDEN)
    if client.is_lead:
        hidden |= Q(visibility=Product.Visibility.CLIENTS)
    return products_of(client.business).exclude(hidden)


def orders_of(business: Business, *, client: Client | None = None, state: str = "") -> QuerySet[Order]:
    """Return orders, newest first, with client, payment and lines at hand."""
    found = Order.objects.filter(business=business)
    if client is not None:
        found = found.filter(client=client)
    if state:
        found = found.filter(state=state)
    beside = ("client", "payment", "business", "coupon", "dispute")
    return found.select_related(*beside).prefetch_related("lines").order_by("-id")


def standing(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the orders that were not called off: a coupon is used in one of them."""
    return orders.exclude(state__in=(Order.State.CANCELLED, Order.State.EXPIRED))


def usable_coupons(client: Client, *, now: datetime) -> QuerySet[Coupon]:
    """Return the coupons that a client can use now, the first to expire first."""
    used = standing(Order.objects.filter(coupon=OuterRef("pk")))
    mine = Coupon.objects.filter(client=client, withdrawn_at=None, expires_at__gt=now)
    return mine.exclude(Exists(used)).order_by("expires_at", "id")


def memberships_of(client: Client) -> QuerySet[Membership]:
    """Return the memberships of a client that run or wait for their payment, newest first."""
    gone = (Membership.State.ENDED, Membership.State.USED_UP, Membership.State.VOID)
    return client.memberships.exclude(state__in=gone).select_related("type").order_by("-id")


def membership_types_of(business: Business) -> QuerySet[MembershipType]:
    """Return the types of membership of a business by name."""
    return MembershipType.objects.filter(business=business).order_by("name", "id")


def plans_of(business: Business) -> list[Product | MembershipType]:
    """Return what may be ordered for somebody when they join: memberships for sale, then products, by name (R-201)."""
    return [*membership_types_of(business).filter(sellable=True), *products_of(business)]


def plan_called(business: Business, public_id: str) -> Product | MembershipType | None:
    """Return one of them by its public id."""
    found = MembershipType.objects.filter(business=business, public_id=public_id, sellable=True).first()
    return found or Product.objects.filter(business=business, public_id=public_id, archived_at=None).first()


def plan_kept(plan: Product | MembershipType | None) -> tuple[str, int] | None:
    """Return how an invitation keeps it."""
    return (str(plan._meta.model_name), plan.pk) if plan else None


def plan_of(invitation: Invitation) -> Product | MembershipType | None:
    """Return what an invitation brings along, None where that is nothing or not for sale any more."""
    kept: QuerySet[MembershipType] | QuerySet[Product]
    if invitation.plan_kind == MembershipType._meta.model_name:
        kept = MembershipType.objects.filter(sellable=True)
    else:
        kept = Product.objects.filter(archived_at=None)
    return kept.filter(business=invitation.business_id, pk=invitation.plan_id).first() if invitation.plan_id else None


def waiting_days(client: Client) -> int:
    """Return how many given days of membership wait for a client's next one."""
    waiting = client.gifted_days.filter(membership=None, withdrawn_at=None)
    return int(waiting.aggregate(total=Sum("days"))["total"] or 0)


def bought_with_money(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """Keep the memberships that were bought with money of which not all was given back: where the first period was
    refunded, a renewal that stands is enough.

    One for nothing, as a trial is, never counts (CASES 38), nor does one that balance paid alone.
    """
    renewed = Order.objects.filter(renews=OuterRef("pk"), paid_at__isnull=False, due__gt=F("refunded_to_method"))
    has_money = Q(order__due__gt=F("order__refunded_to_method")) | Exists(renewed)
    return memberships.filter(has_money, order__due__gt=0).exclude(state=Membership.State.VOID)


def runs_until(membership: Membership) -> datetime | None:
    """Return when a membership stops running as things stand: the end of what is paid; None for as long as it goes on.

    Time stands still for a frozen one.
    """
    if membership.state == Membership.State.FROZEN:
        return None
    ends = [at for at in (membership.ends_at, membership.ended_at) if at is not None]
    return min(ends, default=None)


def ran_until(membership: Membership, *, by: datetime) -> datetime | None:
    """Return the same by what had been paid for a membership at a moment `by`: a period that was paid later does not
    count."""
    later = Order.objects.filter(renews=membership.pk, paid_at__gt=by)
    periods = later.filter(total__gt=F("refunded_to_method") + F("refunded_to_balance")).count()
    if not periods:
        return runs_until(membership)
    found = Membership.objects.select_related("business", "type").get(pk=membership.pk)
    if found.frozen_at is not None and found.frozen_at <= by:
        return None
    found.periods_paid -= periods
    return end_of(found)


def codes_of(business: Business, source_kind: str, source_ids: Iterable[int]) -> dict[int, str]:
    """Return the codes of coupons by what they were given for, in one query; withdrawn ones have none."""
    found = Coupon.objects.filter(business=business, source_kind=source_kind, source_id__in=list(source_ids))
    return dict(found.filter(withdrawn_at=None).values_list("source_id", "code"))


def search_orders(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Keep the orders of a client by name, address or phone, or the one with this number."""
    words = text.split()
    if not words:
        return orders
    of_client = Q()
    for word in words:
        of_client &= Q(client__search__contains=fold(word))
    return orders.filter(of_client | Q(public_id__istartswith=text.strip().lstrip("#")[:6]))


def order_counts(business: Business) -> dict[str, int]:
    """Return how many orders stand where."""
    rows = Order.objects.filter(business=business).order_by().values_list("state").annotate(count=Count("id"))
    return {str(state): count for state, count in rows}


def disputed_orders(business: Business) -> QuerySet[Order]:
    """Return the orders whose payment is disputed and nobody knows yet how it ends."""
    return Order.objects.filter(business=business, state=Order.State.DISPUTED)


def is_dispute_lost(business: Business, order: int) -> bool:
    """Say whether the payment of an order was disputed, and the bank took it back."""
    return Dispute.objects.filter(business=business, order=order, outcome=Dispute.Outcome.LOST).exists()


def has_open_dispute(client: Client) -> bool:
    """Say whether a payment of a client is disputed now."""
    return client.disputes.filter(outcome="").exists()


def refund_split(order: Order, amount: int) -> tuple[int, int]:
    """Return how a refund of `amount` is split into balance and money: as they were paid, half up."""
    balance_left = order.balance_used - order.refunded_to_balance
    money_left = order.due - order.refunded_to_method
    to_balance = min(share(amount, order.balance_used, order.total), balance_left)
    to_method = min(amount - to_balance, money_left)
    return amount - to_method, to_method


def income_by_month(business: Business) -> list[tuple[datetime, int, int, int]]:
    """Return (month, money in, money refunded, net) of every month with movements, in the business's time zone, newest
    first.

    Money in counts on the day of payment, refunds on their own day (1.7).
    """
    zone = ZoneInfo(business.timezone)
    paid = (
        Payment.objects.filter(business=business)
        .annotate(month=TruncMonth("at", tzinfo=zone))
        .values_list("month")
        .annotate(total=Sum("amount"))
    )
    back = (
        Refund.objects.filter(business=business)
        .annotate(month=TruncMonth("at", tzinfo=zone))
        .values_list("month")
        .annotate(total=Sum("to_method"))
    )
    ins, outs = dict(paid.order_by()), dict(back.order_by())
    return [
        (month, ins.get(month, 0), outs.get(month, 0), ins.get(month, 0) - outs.get(month, 0))
        for month in sorted(ins | outs, reverse=True)
    ]


def has_money_left(client: Client, *, since: datetime | None = None) -> bool:
    """Say whether any order of a client, paid `since` where that is given, still has money in it that was not refunded
    (CONTRACT, States)."""
    return _paid_since(client, since).filter(due__gt=F("refunded_to_method")).exists()


def first_order_with_money(client: Client, *, since: datetime | None = None) -> Order | None:
    """Return a client's first order that was paid with money, `since` where that is given, whatever was refunded of it
    later."""
    return _paid_since(client, since).filter(due__gt=0).order_by("paid_at", "id").first()


def _paid_since(client: Client, since: datetime | None) -> QuerySet[Order]:
    paid = Order.objects.filter(client=client, paid_at__isnull=False)
    return paid if since is None else paid.filter(paid_at__gte=since)


def running_memberships(client: Client) -> QuerySet[Membership]:
    """Return the memberships of a client that are paid, or wait for the one before, and are not over."""
    states = Membership.State
    over = (states.PENDING_PAYMENT, states.ENDED, states.USED_UP, states.VOID)
    return Membership.objects.filter(client=client).exclude(state__in=over)
