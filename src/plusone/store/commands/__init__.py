"""The verbs of the store."""

from .coupons import CouponRefused, issue_coupon, withdraw_coupon
from .desk import sell
from .imports import PaidLine, import_orders
from .orders import cancel, expire_due, pay, place_order
from .products import archive_product, create_product, edit_product, restore_product, set_picture
from .refunds import refund

__all__ = [
    "CouponRefused",
    "PaidLine",
    "archive_product",
    "cancel",
    "create_product",
    "edit_product",
    "expire_due",
    "import_orders",
    "issue_coupon",
    "pay",
    "place_order",
    "refund",
    "restore_product",
    "sell",
    "set_picture",
    "withdraw_coupon",
]
