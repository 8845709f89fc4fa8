"""What the kinds share that staff hand over: they wait until somebody says that it was done, or until their end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from plusone.kernel.models import Business

from .base import Params, RewardType, lasts

if TYPE_CHECKING:
    from plusone.rewards.models import Reward


class ByHand(RewardType):
    """Abstract: a thing that waits at the desk."""

    by_hand = True

    def use(self, business: Business, params: Params) -> str:
        """At the desk."""
        return _("It waits for you: ask for it at the desk.")

    def small_print(self, business: Business, params: Params) -> str:
        """It is no cash."""
        return _("What is handed over by %(business)s cannot be exchanged for cash.") % {"business": business.name}

    def covers(self, old: Params, new: Params) -> bool | None:
        """The same thing, to collect for at least as long."""
        what = ("product", "text")
        if [old.get(name) for name in what] != [new.get(name) for name in what]:
            return None
        return lasts(old.get("expires_days"), new.get("expires_days"))

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Nothing moves: it waits for its client until somebody has handed it over."""

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Withdraw what still waits; what was handed over is gone."""
        return 0 if reward.is_handed_over else amount
