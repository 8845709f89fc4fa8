"""The verbs of the ledger: the only way that balance moves."""

from .balance import adjust, earn, expire_due, redeem, reverse, revoke
from .holds import capture, hold, release
from .posting import InsufficientBalance

__all__ = [
    "InsufficientBalance",
    "adjust",
    "capture",
    "earn",
    "expire_due",
    "hold",
    "redeem",
    "release",
    "reverse",
    "revoke",
]
