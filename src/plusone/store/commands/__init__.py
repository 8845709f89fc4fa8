"""The verbs of the store."""

from .coupons import CouponRefused, issue_coupon
from .desk import sell
from .disputes import NotDisputable, close_dispute, dispute
from .gifts import (
    add_due_days,
    give_days,
    grant_membership,
    running_of_type,
    start_scheduled,
    withdraw_days,
    withdraw_membership,
)
from .imports import PaidLine, import_orders
from .memberships import HadAlready, NotRunning, cancel_membership, create_membership_type, end_due, freeze, unfreeze
from .merging import move_memberships
from .orders import cancel, expire_due, pay, place_order
from .products import archive_product, create_product, edit_product, restore_product, set_picture
from .refunds import refund
from .renewals import renew
from .uses import return_use, use_membership
from .withdrawing import withdraw_coupon

__all__ = [
    "CouponRefused",
    "HadAlready",
    "NotDisputable",
    "NotRunning",
    "PaidLine",
    "add_due_days",
    "archive_product",
    "cancel",
    "cancel_membership",
    "close_dispute",
    "create_membership_type",
    "create_product",
    "dispute",
    "edit_product",
    "end_due",
    "expire_due",
    "freeze",
    "give_days",
    "grant_membership",
    "import_orders",
    "issue_coupon",
    "move_memberships",
    "pay",
    "place_order",
    "refund",
    "renew",
    "restore_product",
    "return_use",
    "running_of_type",
    "sell",
    "set_picture",
    "start_scheduled",
    "unfreeze",
    "use_membership",
    "withdraw_coupon",
    "withdraw_days",
    "withdraw_membership",
]
