"""What a reward carries along from the terms that promised it: its own copy, since terms change (Q-07)."""

from typing import Any

from plusone.referrals.models import Terms
from plusone.rewards.models import Reward


def carried(terms: Terms, side: Reward.Side, *, hold_days: int | None = None) -> dict[str, Any]:
    """Return hold, approval, clawback and limits of a side's reward, as `rewards.promise` takes them.

    A step may have a hold of its own.
    """
    is_friend = side == Reward.Side.FRIEND
    usual = terms.friend_hold_days if is_friend else terms.hold_days
    return {
        "hold_days": usual if hold_days is None else hold_days,
        "needs_approval": terms.needs_approval,
        "needs_active": terms.require_active_ambassador and not is_friend,
        "clawback": terms.clawback,
        "within": _limits(terms, caps=not is_friend),
    }


def _limits(terms: Terms, *, caps: bool) -> dict[str, Any]:
    """Return the limits: the campaign's budget, and per ambassador with `caps`."""
    wanted = {**((terms.caps or {}) if caps else {}), **({"budget": terms.budget} if terms.budget else {})}
    return {"scope": f"campaign:{terms.campaign_id}", **wanted} if wanted else {}
