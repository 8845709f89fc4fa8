"""A membership, given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, NotHere
from plusone.kernel.models import Business
from plusone.store import commands as store
from plusone.store.models import MembershipType

from .base import Input, Params, RewardType, Slot, refuse_end, types

if TYPE_CHECKING:
    from plusone.rewards.models import Reward


@types
class Membership(RewardType):
    """A membership of one of your types, for sale or not: a month, a pack, a single visit."""

    name = "membership"
    label = gettext_lazy("Membership")
    inputs = (Input("membership_type", "membership"),)
    slots = (Slot("membership", gettext_lazy("a membership as a present:"), ("membership_type",)),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take the id of a type, and keep its name of the day: terms do not change by renaming."""
        refuse_end(params)
        try:
            wanted = get(business, MembershipType, str(params.get("membership_type") or ""))
        except NotHere:
            raise Invalid(_("Choose a type of membership."), field="membership_type", code="unknown") from None
        return {"kind": self.name, "membership_type": wanted.public_id, "title": wanted.name}

    def phrase(self, business: Business, params: Params) -> str:
        """Name it."""
        return _("the membership “%(membership)s” as a present") % {"membership": params["title"]}

    def use(self, business: Business, params: Params) -> str:
        """It runs."""
        return _("It runs from today, and your page shows it: just come.")

    def small_print(self, business: Business, params: Params) -> str:
        """It is no cash."""
        return _("A membership given by %(business)s is personal and cannot be exchanged for cash.") % {
            "business": business.name
        }

    def covers(self, old: Params, new: Params) -> bool | None:
        """The same type covers itself, whatever it is called now."""
        return True if old["membership_type"] == new["membership_type"] else None

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Let it begin."""
        wanted = get(reward.business, MembershipType, reward.params["membership_type"])
        store.grant_membership(reward.client, wanted, source=("reward", reward.pk), actor=actor, now=now)

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Make it void where no visit has used it."""
        taken = store.withdraw_membership(reward.client, source=("reward", reward.pk), actor=actor, now=now)
        return amount if taken else 0
