"""The messages of the loop, one class each."""

from . import doubts, endings, limits, news, raising, registering, rewards

__all__ = ["doubts", "endings", "limits", "news", "raising", "registering", "rewards"]
