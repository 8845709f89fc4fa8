"""What a kind of reward is, and the catalogue of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import Promise

from plusone.kernel.models import Business
from plusone.kernel.registry import Registry

if TYPE_CHECKING:
    from plusone.rewards.models import Reward


class RewardType:
    """A kind of reward. Subclass it in a file of its own, give it a docstring (its help text)

    and register it with `types`.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def clean(self, business: Business, params: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as they are stored. Raise Invalid naming what is wrong. Unknown ones are dropped."""
        raise NotImplementedError

    def phrase(self, business: Business, params: dict[str, Any]) -> str:
        """Return a whole phrase in the active language that fits after "receives": "€15.00 of balance"."""
        raise NotImplementedError

    def amount(self, business: Business, params: dict[str, Any], basis: int | None = None) -> int | None:
        """Return its worth in minor units where it is money and known, else None.

        `basis` is the money that a percentage counts on; without it the worth of a percentage is not known yet.
        """
        return None

    def needs_basis(self, params: dict[str, Any]) -> bool:
        """Say whether its worth depends on the friend's money."""
        return False

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Hand it over. Called once, in the transaction that makes the reward granted."""
        raise NotImplementedError

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Take `amount` of a granted reward back, as far as its policy allows.

        Return how much that was, in minor units.
        """
        raise NotImplementedError


types: Registry[type[RewardType]] = Registry("kind of reward")
