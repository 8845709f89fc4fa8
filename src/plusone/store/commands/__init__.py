"""The verbs of the store."""

from .coupons import CouponRefused, issue_coupon, withdraw_coupon
from .desk import sell
from .imports import PaidLine, import_orders
from .memberships import NotRunning, cancel_membership, create_membership_type, end_due, freeze, unfreeze
from .orders import cancel, expire_due, pay, place_order
from .products import archive_product, create_product, edit_product, restore_product, set_picture
from .refunds import refund
from .renewals import renew

__all__ = [
    "CouponRefused",
    "NotRunning",
    "PaidLine",
    "archive_product",
    "cancel",
    "cancel_membership",
    "create_membership_type",
    "create_product",
    "edit_product",
    "end_due",
    "expire_due",
    "freeze",
    "import_orders",
    "issue_coupon",
    "pay",
    "place_order",
    "refund",
    "renew",
    "restore_product",
    "sell",
    "set_picture",
    "unfreeze",
    "withdraw_coupon",
]
