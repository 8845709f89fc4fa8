"""More days of the membership that a client has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.store import commands as store

from .base import DAYS_MAX, Input, Params, RewardType, Slot, refuse_end, types

if TYPE_CHECKING:
    from plusone.rewards.models import Reward
    from plusone.store.purse import Purse


@types
class MembershipDays(RewardType):
    """Days added to the client's membership; without one they wait for the next."""

    name = "membership_days"
    label = gettext_lazy("Days of membership")
    inputs = (Input("days", "count"),)
    slots = (Slot("membership_days", gettext_lazy("more days of membership:"), ("days",)),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take how many calendar days."""
        refuse_end(params)
        days = params.get("days")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MAX:
            raise Invalid(_("Write between 1 and 3,650 days."), field="days")
        return {"kind": self.name, "days": days}

    def phrase(self, business: Business, params: Params) -> str:
        """Say how many."""
        days = params["days"]
        return ngettext("a membership extension of %(days)s day", "a membership extension of %(days)s days", days) % {
            "days": days
        }

    def use(self, business: Business, params: Params) -> str:
        """They are there by themselves."""
        return _("They are added to your membership; without one they wait for your next.")

    def is_left(self, reward: Reward, purse: Purse, available: int) -> bool:
        """As long as they run or wait."""
        return bool(purse.memberships or purse.waiting_days)

    def small_print(self, business: Business, params: Params) -> str:
        """They are no cash."""
        return _("Days of membership given by %(business)s are personal and cannot be exchanged for cash.") % {
            "business": business.name
        }

    def covers(self, old: Params, new: Params) -> bool | None:
        """Compare the days."""
        return bool(new["days"] >= old["days"])

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Add them, or let them wait."""
        source = ("reward", reward.pk)
        store.give_days(reward.client, reward.params["days"], source=source, actor=actor, now=now)

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Take them back where they wait, or are all still ahead."""
        taken = store.withdraw_days(reward.client, source=("reward", reward.pk), actor=actor, now=now)
        return amount if taken else 0
