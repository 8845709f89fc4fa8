"""Limits of what is granted: per ambassador, and of a whole campaign. Exact under concurrency, since each limit is a
locked row.

The last reward under an amount is granted, clamped to what is left (CONTRACT, States). A month is the business's
calendar month of the grant.
"""

from dataclasses import dataclass
from datetime import datetime

from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.rewards.models import Reward, Tally

Reason = Reward.Reason


@dataclass(frozen=True)
class Limit:
    """One limit of a reward: the key of its tally, what it allows, and the reason when it is reached."""

    key: str
    reason: Reward.Reason
    rewards: int | None = None
    amount: int | None = None


def limits_of(reward: Reward, now: datetime) -> list[Limit]:
    """Return the limits that hold for a reward at a moment, in the order in which their rows are locked."""
    said = reward.limits
    if not said:
        return []
    mine = f"{said['scope']}:client:{reward.client_id}"
    month = clock.day_of(reward.business, now).strftime("%Y-%m")
    found = []
    if budget := said.get("budget"):
        found.append(Limit(f"{said['scope']}:budget", Reason.BUDGET, amount=budget))
    if total := said.get("rewards_total"):
        found.append(Limit(f"{mine}:total", Reason.CAP_COUNT, rewards=total))
    if monthly := said.get("rewards_per_month"):
        found.append(Limit(f"{mine}:{month}:number", Reason.CAP_COUNT, rewards=monthly))
    if amount := said.get("amount_per_month"):
        found.append(Limit(f"{mine}:{month}:amount", Reason.CAP_AMOUNT, amount=amount))
    return found


def take(reward: Reward, *, now: datetime) -> tuple[int | None, Reward.Reason | None]:
    """Use up a reward's share of its limits. Return (its amount, clamped, None), or (None, why it is over the limit).

    Called in the transaction of the grant; the rows stay locked until it ends.
    """
    limits = limits_of(reward, now)
    tallies = [_locked(reward, limit) for limit in limits]
    amount = reward.amount
    for limit, tally in zip(limits, tallies, strict=True):
        if limit.rewards is not None and tally.number >= limit.rewards:
            return None, limit.reason
        if limit.amount is not None and amount is not None:
            amount = min(amount, limit.amount - tally.amount)
            if amount <= 0:
                return None, limit.reason
    for tally in tallies:
        tally.number += 1
        tally.amount += amount or 0
        tally.save(update_fields=["number", "amount"])
    return amount, None


def reached(reward: Reward, *, now: datetime) -> Reward.Reason | None:
    """Return which limit is used up already, so that nobody is asked to choose what cannot be given."""
    for limit in limits_of(reward, now):
        tally = Tally.objects.filter(business=reward.business, key=limit.key).first() or Tally()
        if limit.rewards is not None and tally.number >= limit.rewards:
            return limit.reason
        if limit.amount is not None and tally.amount >= limit.amount:
            return limit.reason
    return None


def lock_tally(business: Business, key: str) -> Tally:
    """Return the row of a limit, made where it is new, locked until the transaction ends."""
    Tally.objects.get_or_create(business=business, key=key)
    return Tally.objects.select_for_update().get(business=business, key=key)


def _locked(reward: Reward, limit: Limit) -> Tally:
    return lock_tally(reward.business, limit.key)
