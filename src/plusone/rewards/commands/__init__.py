"""The verbs of rewards."""

from .steps import approve, ask_review, decline, end_hold, holds_due, lapse, promise, qualify, resize, revoke

__all__ = [
    "approve",
    "ask_review",
    "decline",
    "end_hold",
    "holds_due",
    "lapse",
    "promise",
    "qualify",
    "resize",
    "revoke",
]
