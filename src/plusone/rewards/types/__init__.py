"""Kinds of reward: one class each (DESIGN 3)."""

from .base import RewardType, types

__all__ = ["RewardType", "types"]
