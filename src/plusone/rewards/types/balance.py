"""Money to spend in the business's own store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel import clock
from plusone.kernel.errors import Invalid, NotAvailable
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX, format_money
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
        """Take `amount` in minor units and, if wanted, `expires_days`."""
        if params.get("percent") is not None:
            raise NotAvailable(_("A percentage as a reward is not available yet."), field="percent")
        amount = params.get("amount")
        if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= AMOUNT_MAX:
            raise Invalid(_("The reward's amount is more than zero."), field="amount")
        cleaned: dict[str, Any] = {"kind": self.name, "amount": amount}
        days = params.get("expires_days")
        if days is not None:
            if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= EXPIRES_DAYS_MAX:
                raise Invalid(_("Balance expires after 1 to 3,650 days, or never."), field="expires_days")
            cleaned["expires_days"] = days
        return cleaned

    def phrase(self, business: Business, params: dict[str, Any]) -> str:
        """Say the amount, and its end where it has one."""
        money = format_money(params["amount"], business.currency)
        if days := params.get("expires_days"):
            return _("%(money)s of balance, to use within %(days)s days") % {"money": money, "days": days}
        return _("%(money)s of balance") % {"money": money}

    def amount(self, business: Business, params: dict[str, Any]) -> int | None:
        """Return the fixed amount."""
        return int(params["amount"])

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

    def revoke(self, reward: Reward, *, reason: str, actor: str, now: datetime) -> int:
        """Take back what is available of it (`within_balance`)."""
        assert reward.amount
        taken = ledger.revoke(
            reward.business,
            reward.client_id,
            reward.amount,
            key=f"revoke:{reward.pk}",
            reason=reason,
            ref=("reward", reward.pk),
            actor=actor,
            now=now,
        )
        return -taken.amount if taken else 0
