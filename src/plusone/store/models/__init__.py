"""What is sold and what was paid (REQUIREMENTS 2.5, 4.6). Amounts are minor units of the business's currency."""

from .memberships import GiftedDays, Membership, MembershipType, MembershipUse
from .orders import Coupon, Order
from .payments import Dispute, OrderLine, Payment, Refund
from .products import Picture, Product

__all__ = [
    "Coupon",
    "Dispute",
    "GiftedDays",
    "Membership",
    "MembershipType",
    "MembershipUse",
    "Order",
    "OrderLine",
    "Payment",
    "Picture",
    "Product",
    "Refund",
]
