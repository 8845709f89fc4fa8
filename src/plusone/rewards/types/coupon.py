"""A personal code for the store."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.store import commands as store
from plusone.store.models import Coupon as StoreCoupon

from .base import (
    DAYS_MAX,
    Input,
    Params,
    RewardType,
    Slot,
    covers_worth,
    end_of,
    hundredths,
    percent_number,
    read_worth,
    types,
)

if TYPE_CHECKING:
    from plusone.rewards.models import Reward
    from plusone.store.purse import Purse


@types
class Coupon(RewardType):
    """A personal coupon for one order in your store."""

    name = "coupon"
    label = gettext_lazy("Coupon")
    inputs = (Input("amount", "money"), Input("percent", "percent"), Input("valid_days", "days"))
    slots = (
        Slot("coupon", gettext_lazy("a coupon worth"), ("amount", "valid_days")),
        Slot("coupon_percent", gettext_lazy("a coupon, in per cent:"), ("percent", "valid_days")),
    )

    def clean(self, business: Business, params: Params) -> Params:
        """Take `amount` or `percent`, and for how many days it is valid; `expires_days` says the same."""
        days = params.get("valid_days")
        if days is None:
            days = params.get("expires_days")
        elif params.get("expires_days") not in (None, days):
            raise Invalid(_("A coupon has one end: give “valid_days” alone."), field="expires_days")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MAX:
            raise Invalid(_("A coupon is valid for 1 to 3,650 days."), field="valid_days")
        return {"kind": self.name, **read_worth(params), "valid_days": days}

    def phrase(self, business: Business, params: Params) -> str:
        """Say what it takes off, and for how long it is valid."""
        days = params["valid_days"]
        if "percent" in params:
            return ngettext(
                "a coupon of %(percent)s%% for one order (valid for %(days)s day)",
                "a coupon of %(percent)s%% for one order (valid for %(days)s days)",
                days,
            ) % {"percent": percent_number(params["percent"]), "days": days}
        return ngettext(
            "a coupon of %(money)s for one order (valid for %(days)s day)",
            "a coupon of %(money)s for one order (valid for %(days)s days)",
            days,
        ) % {"money": format_money(params["amount"], business.currency), "days": days}

    def use(self, business: Business, params: Params) -> str:
        """At the checkout."""
        return _("Your page shows the code. Use it with one order in our store.")

    def is_left(self, reward: Reward, purse: Purse, available: int) -> bool:
        """Until it is used, expired or withdrawn."""
        return any(coupon.source_id == reward.pk for coupon in purse.coupons)

    def small_print(self, business: Business, params: Params) -> str:
        """It is personal."""
        return _("A coupon is personal, for one order in the store of %(business)s, and not paid out in cash.") % {
            "business": business.name
        }

    def covers(self, old: Params, new: Params) -> bool | None:
        """Compare amounts, or percentages, and for how long they are valid."""
        return covers_worth(old, new, end="valid_days")

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Issue its code."""
        params, end = reward.params, end_of(reward.business, reward.params["valid_days"], now)
        assert end is not None
        store.issue_coupon(
            reward.client,
            amount=params.get("amount"),
            percent_hundredths=hundredths(params["percent"]) if "percent" in params else None,
            expires_at=end,
            source=("reward", reward.pk),
            actor=actor,
            now=now,
        )

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Withdraw it where it is not used."""
        issued = StoreCoupon.objects.get(business=reward.business, source_kind="reward", source_id=reward.pk)
        return amount if store.withdraw_coupon(issued, actor=actor, now=now) else 0
