"""A membership, given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, NotHere
from plusone.kernel.models import Business
from plusone.ledger import commands as ledger
from plusone.ledger.queries import posted_for
from plusone.store import commands as store
from plusone.store.models import MembershipType

from .base import CannotBeGiven, Input, Params, RewardType, Slot, refuse_end, types

if TYPE_CHECKING:
    from plusone.rewards.models import Reward
    from plusone.store.purse import Purse

# What becomes of it where its client is on it already, or, of what is for once, has or had it.
EXTEND, QUEUE, CONVERT, ONCE = "extend", "queue", "convert", "once"
WHEN_RUNNING = {
    EXTEND: gettext_lazy("gets more time of it"),
    QUEUE: gettext_lazy("gets it when that one ends"),
    CONVERT: gettext_lazy("gets its price as balance"),
    ONCE: gettext_lazy("or had it gets nothing: it is for once per person"),
}


@types
class Membership(RewardType):
    """A membership of one of your types, for sale or not: a month, a pack, a single visit."""

    name = "membership"
    label = gettext_lazy("Membership")
    inputs = (Input("membership_type", "membership"), Input("when_running", "running"))
    slots = (Slot("membership", gettext_lazy("a membership as a present:"), ("membership_type",)),)

    def clean(self, business: Business, params: Params) -> Params:
        """Take the id of a type, and keep its name of the day: terms do not change by renaming. `when_running` says
        what somebody receives who is on it already: `extend` unless said otherwise."""
        refuse_end(params)
        wanted = self._type(business, params)
        if wanted is None:
            raise Invalid(_("Choose a type of membership."), field="membership_type", code="unknown")
        when = params.get("when_running") or EXTEND
        if when not in WHEN_RUNNING:
            raise Invalid(_("Choose one of the offered options."), field="when_running")
        if when == CONVERT and not wanted.price:
            raise Invalid(_("This membership has no price that could become balance."), field="when_running")
        return {
            "kind": self.name, "membership_type": wanted.public_id, "title": wanted.name, "when_running": when,
        }  # fmt: skip

    def check_for_friend(self, business: Business, params: Params) -> None:
        """A friend receives a pack or what is paid for a time, never what is renewed (R-283)."""
        wanted = self._type(business, params)
        if wanted is not None and wanted.is_recurring:
            raise Invalid(
                _("A friend can be given a pack or a membership for a time, not one that is renewed each period."),
                field="membership_type",
            )

    def phrase(self, business: Business, params: Params) -> str:
        """Name it."""
        return _("the membership “%(membership)s” as a present") % {"membership": params["title"]}

    def use(self, business: Business, params: Params) -> str:
        """It runs."""
        return _("Your page shows until when it runs: just come.")

    def is_left(self, reward: Reward, purse: Purse, available: int) -> bool:
        """As long as there is a membership: it may have made a running one longer."""
        return bool(purse.memberships)

    def small_print(self, business: Business, params: Params) -> str:
        """It is no cash, and what somebody receives who is on it already."""
        said = {"business": business.name, "membership": params["title"]}
        first = _("A membership given by %(business)s is personal and cannot be exchanged for cash.") % said
        match params.get("when_running", EXTEND):
            case "queue":
                then = _("Who is on “%(membership)s” already gets it when that one ends.")
            case "convert":
                then = _("Who is on “%(membership)s” already gets its price as balance.")
            case "once":
                then = _("Who has or had “%(membership)s” already does not get it again.")
            case _other:
                then = _("Who is on “%(membership)s” already gets more time of it.")
        return f"{first} {then % said}"

    def covers(self, old: Params, new: Params) -> bool | None:
        """The same type covers itself, whatever it is called now; the rest has to be the same too."""
        same = [row["membership_type"] for row in (old, new)], [row.get("when_running", EXTEND) for row in (old, new)]
        return True if all(one == other for one, other in same) else None

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Let it begin; or add its time, let it wait, or turn it into balance, where its client is on it already."""
        wanted = get(reward.business, MembershipType, reward.params["membership_type"])
        when, about = reward.params.get("when_running", EXTEND), {"actor": actor, "now": now}
        source = ("reward", reward.pk)
        if when == CONVERT and wanted.price and store.running_of_type(reward.client, wanted, now=now):
            key = f"reward:{reward.pk}"
            ledger.earn(reward.business, reward.client_id, wanted.price, key=key, ref=source, **about)  # type: ignore[arg-type]  # a text and a time
            return
        try:
            how = {"queue": when == QUEUE, "once": when == ONCE}
            store.grant_membership(reward.client, wanted, source=source, **how, **about)  # type: ignore[arg-type]  # see above
        except store.HadAlready as refusal:
            raise CannotBeGiven("had_already", str(refusal)) from refusal

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Make it void where no visit has used it, take back the days that are still ahead, or the balance that it
        became."""
        source = ("reward", reward.pk)
        worth = posted_for(reward.business, source)
        if not worth:
            return amount if store.withdraw_membership(reward.client, source=source, actor=actor, now=now) else 0
        taken = ledger.revoke(
            reward.business,
            reward.client_id,
            worth,
            key=f"revoke:{reward.pk}:{worth}",
            reason=reason,
            ref=source,
            allow_debt=reward.clawback == "allow_negative",
            actor=actor,
            now=now,
        )
        if reward.clawback == "allow_negative":  # what is missing is owed, so it is taken, too
            return amount
        return amount if taken and -taken.amount == worth else 0

    def _type(self, business: Business, params: Params) -> MembershipType | None:
        try:
            return get(business, MembershipType, str(params.get("membership_type") or ""))
        except NotHere:
            return None
