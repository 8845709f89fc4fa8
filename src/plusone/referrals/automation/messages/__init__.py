"""The messages of the loop, one class each."""

from . import endings, limits, news, registering, rewards

__all__ = ["endings", "limits", "news", "registering", "rewards"]
