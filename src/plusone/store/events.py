"""What can happen in the store."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Changed, Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class ProductCreated(Fact):
    """A product was added to the store."""

    name: ClassVar[str] = "product.created"
    says: ClassVar[Promise] = _("A product was added")
    product: int
    price: int


@facts
@dataclass(frozen=True, kw_only=True)
class ProductChanged(Changed):
    """A product was edited; orders keep the name and price they were placed with."""

    name: ClassVar[str] = "product.changed"
    says: ClassVar[Promise] = _("A product was edited")
    product: int
    price: int


@facts
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Fact):
    """An order was placed, by the client or by staff. `balance` is held, `due` is money still to come."""

    name: ClassVar[str] = "order.placed"
    says: ClassVar[Promise] = _("An order was placed")
    order: int
    total: int
    balance: int
    due: int
    discount: int = 0


@facts
@dataclass(frozen=True, kw_only=True)
class OrderPaid(Fact):
    """An order was paid: `cash` in money, `balance` from the client's balance, `discount` by a coupon."""

    name: ClassVar[str] = "order.paid"
    says: ClassVar[Promise] = _("An order was paid")
    order: int
    cash: int
    balance: int
    discount: int = 0


@facts
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Fact):
    """Part or all of an order was given back; `whole` when nothing of it is left."""

    name: ClassVar[str] = "order.refunded"
    says: ClassVar[Promise] = _("An order was refunded")
    order: int
    cash: int
    balance: int
    whole: bool


@facts
@dataclass(frozen=True, kw_only=True)
class OrderDisputed(Fact):
    """The client's bank takes a payment into question; `amount` is the money that is in the order."""

    name: ClassVar[str] = "order.disputed"
    says: ClassVar[Promise] = _("A payment was disputed")
    order: int
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class OrderDisputeClosed(Fact):
    """A dispute ended: `outcome` is won or lost, `amount` the money that is gone with it."""

    name: ClassVar[str] = "order.dispute_closed"
    says: ClassVar[Promise] = _("A dispute ended")
    order: int
    outcome: str
    amount: int


@facts
@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Fact):
    """An order was called off before it was paid; held balance is free again."""

    name: ClassVar[str] = "order.cancelled"
    says: ClassVar[Promise] = _("An order was cancelled")
    order: int


@facts
@dataclass(frozen=True, kw_only=True)
class OrderExpired(Fact):
    """An order was not paid in time; held balance is free again."""

    name: ClassVar[str] = "order.expired"
    says: ClassVar[Promise] = _("An order expired unpaid")
    order: int


@facts
@dataclass(frozen=True, kw_only=True)
class CouponIssued(Fact):
    """A client received a personal coupon for the store."""

    name: ClassVar[str] = "coupon.issued"
    says: ClassVar[Promise] = _("A coupon was issued")
    coupon: int


@facts
@dataclass(frozen=True, kw_only=True)
class CouponWithdrawn(Fact):
    """A coupon was made worthless; `used` where an order had it already."""

    name: ClassVar[str] = "coupon.withdrawn"
    says: ClassVar[Promise] = _("A coupon was withdrawn")
    coupon: int
    used: bool


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipOrdered(Fact):
    """A membership was ordered and waits for its payment."""

    name: ClassVar[str] = "membership.ordered"
    says: ClassVar[Promise] = _("A membership was ordered")
    membership: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipStarted(Fact):
    """A membership was paid and runs; `is_new` where the client bought its type for the first time."""

    name: ClassVar[str] = "membership.started"
    says: ClassVar[Promise] = _("A membership started")
    membership: int
    is_new: bool


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipRenewed(Fact):
    """A period was paid: `balance_used` by the balance, `charged` in money."""

    name: ClassVar[str] = "membership.renewed"
    says: ClassVar[Promise] = _("A membership was renewed")
    membership: int
    balance_used: int
    charged: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipPeriodRefunded(Fact):
    """A paid period was wholly given back, so that a membership ends sooner; `periods` are still paid."""

    name: ClassVar[str] = "membership.period_refunded"
    says: ClassVar[Promise] = _("A period of a membership was refunded")
    membership: int
    periods: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipFrozen(Fact):
    """A membership was frozen: its time stands still."""

    name: ClassVar[str] = "membership.frozen"
    says: ClassVar[Promise] = _("A membership was frozen")
    membership: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipUnfrozen(Fact):
    """A frozen membership runs again; its end moved by `days`."""

    name: ClassVar[str] = "membership.unfrozen"
    says: ClassVar[Promise] = _("A membership runs again")
    membership: int
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipCancellationSet(Fact):
    """A membership was cancelled; it runs to the end of what is paid."""

    name: ClassVar[str] = "membership.cancellation_set"
    says: ClassVar[Promise] = _("A membership was cancelled")
    membership: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipEnded(Fact):
    """A membership came to its end."""

    name: ClassVar[str] = "membership.ended"
    says: ClassVar[Promise] = _("A membership ended")
    membership: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipVoided(Fact):
    """A membership was called off: it was not paid, or no paid period of it remains."""

    name: ClassVar[str] = "membership.voided"
    says: ClassVar[Promise] = _("A membership was called off")
    membership: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipGranted(Fact):
    """A membership was given to a client; `source` says as what."""

    name: ClassVar[str] = "membership.granted"
    says: ClassVar[Promise] = _("A membership was given")
    membership: int
    source: str


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipExtended(Fact):
    """Days that were given moved a membership's end."""

    name: ClassVar[str] = "membership.extended"
    says: ClassVar[Promise] = _("Days were added to a membership")
    membership: int
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipShortened(Fact):
    """Days that were given were taken back from a membership."""

    name: ClassVar[str] = "membership.shortened"
    says: ClassVar[Promise] = _("Days were taken back from a membership")
    membership: int
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipUsed(Fact):
    """A visit took a use of a membership; `left` are still there."""

    name: ClassVar[str] = "membership.used"
    says: ClassVar[Promise] = _("A use of a membership was taken")
    membership: int
    left: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipUseReturned(Fact):
    """A visit that was none gave its use back."""

    name: ClassVar[str] = "membership.use_returned"
    says: ClassVar[Promise] = _("A use of a membership was given back")
    membership: int
    left: int


@facts
@dataclass(frozen=True, kw_only=True)
class MembershipUsedUp(Fact):
    """The last use of a membership was taken."""

    name: ClassVar[str] = "membership.used_up"
    says: ClassVar[Promise] = _("A membership was used up")
    membership: int
