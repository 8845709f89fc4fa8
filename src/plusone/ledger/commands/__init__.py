"""The verbs of the ledger: the only way that balance moves."""

from .balance import adjust, earn, expire_due, redeem, reverse, revoke
from .holds import capture, hold, hold_up_to, release
from .posting import InsufficientBalance

__all__ = [
    "InsufficientBalance",
    "adjust",
    "capture",
    "earn",
    "expire_due",
    "hold",
    "hold_up_to",
    "redeem",
    "release",
    "reverse",
    "revoke",
]
