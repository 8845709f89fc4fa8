"""Conditions of a campaign: one class each (DESIGN 3)."""

from . import activated, orders, spend
from .base import Condition, Input, Progress, all_met, conditions, still_missing

__all__ = ["Condition", "Input", "Progress", "activated", "all_met", "conditions", "orders", "spend", "still_missing"]
