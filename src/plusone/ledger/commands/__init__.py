"""The verbs of the ledger: the only way that balance moves."""

from .balance import adjust, earn, expire_due, redeem, reverse, revoke
from .endings import tell_due
from .holds import capture, hold, hold_up_to, release
from .moving import forgive_debt, move_balance
from .openings import open_balance, open_balances, undo_opening
from .posting import InsufficientBalance

__all__ = [
    "InsufficientBalance",
    "adjust",
    "capture",
    "earn",
    "expire_due",
    "forgive_debt",
    "hold",
    "hold_up_to",
    "move_balance",
    "open_balance",
    "open_balances",
    "redeem",
    "release",
    "reverse",
    "revoke",
    "tell_due",
    "undo_opening",
]
