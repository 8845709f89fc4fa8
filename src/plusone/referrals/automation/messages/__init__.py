"""The messages of the loop, one class each."""

from . import endings, registering, rewards

__all__ = ["endings", "registering", "rewards"]
