"""The messages of the loop, one class each."""

from . import endings, news, registering, rewards

__all__ = ["endings", "news", "registering", "rewards"]
