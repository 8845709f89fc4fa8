"""Money to spend in the business's own store."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.kernel.models import Business
from plusone.kernel.money import format_money, share
from plusone.ledger import commands as ledger

from .base import (
    Input,
    Params,
    RewardType,
    Slot,
    covers_worth,
    end_of,
    hundredths,
    percent_number,
    read_end,
    read_worth,
    types,
)

if TYPE_CHECKING:
    from plusone.rewards.models import Reward
    from plusone.store.purse import Purse


@types
class Balance(RewardType):
    """Balance to use in your store: in the next order, whole or in part."""

    name = "balance"
    label = gettext_lazy("Balance")
    uses_budget = True
    inputs = (Input("amount", "money"), Input("percent", "percent"), Input("expires_days", "days"))
    slots = (
        Slot("balance", gettext_lazy("balance worth"), ("amount",)),
        Slot("percent", gettext_lazy("of the first purchase as balance:"), ("percent",)),
    )

    def clean(self, business: Business, params: Params) -> Params:
        """Take `amount` in minor units, or `percent` with up to two decimals; and, if wanted, `expires_days`."""
        return {"kind": self.name, **read_worth(params), **read_end(params)}

    def phrase(self, business: Business, params: Params) -> str:
        """Say the amount or the percentage, and its end where it has one."""
        days = params.get("expires_days")
        if params.get("amount") is None:
            percent = {"percent": percent_number(params["percent"]), "days": days}
            if days:
                return (
                    ngettext(
                        "%(percent)s%% of the first purchase as balance (to use within %(days)s day)",
                        "%(percent)s%% of the first purchase as balance (to use within %(days)s days)",
                        days,
                    )
                    % percent
                )
            return _("%(percent)s%% of the first purchase as balance") % percent
        money = format_money(params["amount"], business.currency)
        if days:
            return ngettext(
                "%(money)s of balance (to use within %(days)s day)",
                "%(money)s of balance (to use within %(days)s days)",
                days,
            ) % {"money": money, "days": days}
        return _("%(money)s of balance") % {"money": money}

    def use(self, business: Business, params: Params) -> str:
        """In the store."""
        return _("You can use it in our store with your next order.")

    def is_left(self, reward: Reward, purse: Purse, available: int) -> bool:
        """As long as there is balance: what of it was spent, nobody asks."""
        return available > 0

    def small_print(self, business: Business, params: Params) -> str:
        """It is no cash."""
        return _("Balance can be used in the store of %(business)s; it is not paid out in cash.") % {
            "business": business.name
        }

    def amount(self, business: Business, params: Params, basis: int | None = None) -> int | None:
        """Return the fixed amount, or the percentage of `basis`, rounded half up (CASES 41)."""
        if "percent" not in params:
            return int(params["amount"])
        return None if basis is None else share(basis, hundredths(params["percent"]), 10_000)

    def needs_basis(self, params: Params) -> bool:
        """A percentage does."""
        return "percent" in params

    def covers(self, old: Params, new: Params) -> bool | None:
        """Compare amounts, or percentages, and the ends."""
        return covers_worth(old, new, end="expires_days")

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Earn it in the ledger, as a lot with its own end."""
        assert reward.amount
        ledger.earn(
            reward.business,
            reward.client_id,
            reward.amount,
            key=f"reward:{reward.pk}",
            ref=("reward", reward.pk),
            expires_at=end_of(reward.business, reward.params.get("expires_days"), now),
            actor=actor,
            now=now,
        )

    def revoke(self, reward: Reward, amount: int, *, reason: str, actor: str, now: datetime) -> int:
        """Take back what is available of it; with `allow_negative` the rest is a debt that the next earning pays."""
        taken = ledger.revoke(
            reward.business,
            reward.client_id,
            amount,
            key=f"revoke:{reward.pk}:{reward.amount}",
            reason=reason,
            ref=("reward", reward.pk),
            allow_debt=reward.clawback == "allow_negative",
            actor=actor,
            now=now,
        )
        return -taken.amount if taken else 0
