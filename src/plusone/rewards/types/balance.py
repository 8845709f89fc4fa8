"""Money to spend in the business's own store."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from plusone.kernel import clock
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX, format_money, share
from plusone.ledger import commands as ledger

from .base import RewardType, types

if TYPE_CHECKING:
    from plusone.rewards.models import Reward

EXPIRES_DAYS_MAX = 3650


@types
class Balance(RewardType):
    """Balance to use in your store: in the next order, whole or in part."""

    name = "balance"
    label = gettext_lazy("Balance")

    def clean(self, business: Business, params: dict[str, Any]) -> dict[str, Any]:
        """Take `amount` in minor units, or `percent` with up to two decimals; and, if wanted, `expires_days`."""
        cleaned: dict[str, Any] = {"kind": self.name}
        if params.get("percent") is not None:
            if params.get("amount") is not None:
                raise Invalid(_("Give an amount or a percentage, not both."), field="percent")
            cleaned["percent"] = _percent(params["percent"])
        else:
            amount = params.get("amount")
            if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= AMOUNT_MAX:
                raise Invalid(_("The reward's amount is more than zero."), field="amount")
            cleaned["amount"] = amount
        days = params.get("expires_days")
        if days is not None:
            if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= EXPIRES_DAYS_MAX:
                raise Invalid(_("Balance expires after 1 to 3,650 days, or never."), field="expires_days")
            cleaned["expires_days"] = days
        return cleaned

    def phrase(self, business: Business, params: dict[str, Any]) -> str:
        """Say the amount or the percentage, and its end where it has one."""
        days = params.get("expires_days")
        if params.get("amount") is None:
            percent = {"percent": percent_number(params["percent"]), "days": days}
            if days:
                return _("%(percent)s %% of the first purchase as balance, to use within %(days)s days") % percent
            return _("%(percent)s %% of the first purchase as balance") % percent
        money = format_money(params["amount"], business.currency)
        if days:
            return _("%(money)s of balance, to use within %(days)s days") % {"money": money, "days": days}
        return _("%(money)s of balance") % {"money": money}

    def amount(self, business: Business, params: dict[str, Any], basis: int | None = None) -> int | None:
        """Return the fixed amount, or the percentage of `basis`, rounded half up (CASES 41)."""
        if "percent" not in params:
            return int(params["amount"])
        return None if basis is None else share(basis, int(Decimal(str(params["percent"])) * 100), 10_000)

    def needs_basis(self, params: dict[str, Any]) -> bool:
        """A percentage does."""
        return "percent" in params

    def grant(self, reward: Reward, *, actor: str, now: datetime) -> None:
        """Earn it in the ledger, as a lot with its own end."""
        assert reward.amount
        days, business = reward.params.get("expires_days"), reward.business
        expires_at = clock.day_start(business, clock.day_of(business, now) + timedelta(days=days)) if days else None
        ledger.earn(
            business,
            reward.client_id,
            reward.amount,
            key=f"reward:{reward.pk}",
            ref=("reward", reward.pk),
            expires_at=expires_at,
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


def _percent(percent: object) -> int | float:
    """Return a percentage as it is kept: above 0, at most 100, two decimals."""
    wrong = Invalid(_("A percentage is above 0 and at most 100, with two decimals at most."), field="percent")
    if isinstance(percent, bool) or not isinstance(percent, int | float):
        raise wrong
    exact = Decimal(str(percent))
    if not exact.is_finite() or not 0 < exact <= 100 or exact * 100 != (exact * 100).to_integral_value():
        raise wrong
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def percent_number(percent: float) -> str:
    """Return a percentage's number as people read it: 12.5 is "12,5" in Spanish."""
    return str(format_decimal(Decimal(str(percent)), locale=(get_language() or "en").replace("-", "_")))


def parse_percent(text: str) -> int | float:
    """Return a typed percentage ("10", "12,5", "12.5 %"). Raise Invalid where it is none."""
    try:
        number = float(text.replace("%", "").replace(",", ".").strip())
    except ValueError:
        number = -1.0
    return _percent(number)
