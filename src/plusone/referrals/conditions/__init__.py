"""Conditions of a campaign: one class each (DESIGN 3)."""

from . import activated, check, membership_bought, membership_kept, orders, sessions_attended, spend
from .base import Condition, Input, Progress, all_met, asked_again_at, conditions, deeds_of, still_missing

__all__ = [
    "Condition",
    "Input",
    "Progress",
    "activated",
    "all_met",
    "asked_again_at",
    "check",
    "conditions",
    "deeds_of",
    "membership_bought",
    "membership_kept",
    "orders",
    "sessions_attended",
    "spend",
    "still_missing",
]
