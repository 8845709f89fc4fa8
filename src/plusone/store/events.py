"""What can happen in the store."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


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
class ProductChanged(Fact):
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
