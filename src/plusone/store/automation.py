"""What the store does by itself: orders run out, and a deleted client's open ones are called off."""

from datetime import datetime

from plusone.clients.events import ClientActivated, ClientDeleted
from plusone.clients.models import Client, Invitation
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.kernel.queue.sweeps import sweep

from . import commands
from .events import MembershipCancellationSet, MembershipEnded, MembershipVoided
from .models import Coupon, Order
from .queries import plan_of, running_memberships


@sweep(every_seconds=300)
def expire_orders(now: datetime) -> int:
    """End orders that nobody paid."""
    return commands.expire_due(now)


@sweep(every_seconds=60)
def end_memberships(now: datetime) -> int:
    """End memberships whose time is over, and say of those that recur that they are due."""
    return commands.end_due(now)


@sweep(every_seconds=60)
def start_scheduled_memberships(now: datetime) -> int:
    """Let given memberships begin that waited for the one before."""
    return commands.start_scheduled(now)


@sweep(every_seconds=60)
def add_waiting_days(now: datetime) -> int:
    """Add given days that waited to a membership that runs."""
    return commands.add_due_days(now)


@reaction(ClientActivated)
def order_what_the_invitation_brings(business: Business, event: Event, fact: ClientActivated, now: datetime) -> None:
    """Who was invited with a plan has its order waiting, to be paid when they like (R-201).

    Not where a purchase made them a client: at the desk they were sold what is right then.
    """
    if fact.via == "purchase":
        return
    assert event.client_id is not None
    found = Invitation.objects.filter(business=business, client_id=event.client_id).select_related("client").first()
    plan = plan_of(found) if found else None
    if found and plan:
        found.client.business = business
        commands.place_order(business, found.client, [(plan, 1)], actor=event.actor, now=now)


@reaction(MembershipVoided)
def call_off_renewal_of_void(business: Business, event: Event, fact: MembershipVoided, now: datetime) -> None:
    """A void membership is not renewed."""
    _call_off_renewal(business, fact.membership, actor=event.actor, now=now)


@reaction(MembershipCancellationSet)
def call_off_renewal(business: Business, event: Event, fact: MembershipCancellationSet, now: datetime) -> None:
    """A cancelled membership is not renewed."""
    _call_off_renewal(business, fact.membership, actor=event.actor, now=now)


@reaction(MembershipEnded)
def call_off_renewal_of_ended(business: Business, event: Event, fact: MembershipEnded, now: datetime) -> None:
    """A membership that is over is not renewed: one that was given ends though its next period waits to be paid."""
    _call_off_renewal(business, fact.membership, actor=event.actor, now=now)


def _call_off_renewal(business: Business, membership: int, *, actor: str, now: datetime) -> None:
    """Call off what waits for its money, so that it holds no balance any more."""
    for order in Order.objects.filter(business=business, renews=membership, state=Order.State.AWAITING_PAYMENT):
        commands.cancel(order, actor=actor, now=now)


@reaction(ClientDeleted)
def call_off_open_orders(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted client's unpaid orders are cancelled, so that what they hold is free before the rest is given up."""
    assert event.client_id is not None
    for order in Order.objects.filter(business=business, client_id=event.client_id, state=Order.State.AWAITING_PAYMENT):
        commands.cancel(order, actor=event.actor, now=now)


@reaction(ClientDeleted)
def withdraw_coupons(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted client's coupons are worth nothing any more."""
    assert event.client_id is not None
    for coupon in Coupon.objects.filter(business=business, client_id=event.client_id, withdrawn_at=None):
        commands.withdraw_coupon(coupon, actor=event.actor, now=now)


@reaction(ClientDeleted)
def end_running_memberships(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted client's memberships are not renewed any more."""
    assert event.client_id is not None
    client = Client.objects.get(business=business, pk=event.client_id)
    for membership in running_memberships(client).select_related("business"):
        commands.cancel_membership(membership, actor=event.actor, now=now)
