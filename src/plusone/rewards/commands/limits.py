"""Limits of what is granted: per ambassador, and of a whole campaign. Exact under concurrency, since each limit is a
locked row.

The last reward under an amount is granted, clamped to what is left (CONTRACT, States). A month is the business's
calendar month of the grant; of what a client may choose it is that of the offer, when the reward takes its place and
can be given, and the most that it may come to is kept free for it. What is taken back of a reward can be given again;
a reward that was capped stays capped.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.rewards import events
from plusone.rewards.models import Reward, Tally
from plusone.rewards.types import types

Reason = Reward.Reason
BUDGET_LEVELS = (80, 100)  # per cent at which the owner hears of it (MON-7)
MANY_A_MONTH = 10  # rewards of one ambassador; more is worth a look (PEERS b6)


@dataclass(frozen=True)
class Limit:
    """One limit of a reward: the key of its tally, its name in the terms, what it allows, and the reason when it is
    reached."""

    key: str
    name: str
    reason: Reward.Reason
    rewards: int | None = None
    amount: int | None = None

    @property
    def is_monthly(self) -> bool:
        """Whether a new month brings new room."""
        return self.name.endswith("_per_month")

    def is_met(self, tally: Tally, *, number: bool, amount: bool, reserved: int = 0) -> bool:
        """Say whether nothing is left of it, for a reward that counts for its number, or for its amount."""
        if self.rewards is not None and number and tally.number >= self.rewards:
            return True
        return self.amount is not None and amount and tally.amount - reserved >= self.amount


def limits_of(reward: Reward, now: datetime) -> list[Limit]:
    """Return the limits that hold for a reward at a moment, in the order in which their rows are locked."""
    said = reward.limits
    if not said:
        return []
    mine = f"{said['scope']}:client:{reward.client_id}"
    month = clock.day_of(reward.business, now).strftime("%Y-%m")
    found = []
    if budget := said.get("budget"):
        found.append(Limit(f"{said['scope']}:budget", "budget", Reason.BUDGET, amount=budget))
    if total := said.get("rewards_total"):
        found.append(Limit(f"{mine}:total", "rewards_total", Reason.CAP_COUNT, rewards=total))
    if monthly := said.get("rewards_per_month"):
        found.append(Limit(f"{mine}:{month}:number", "rewards_per_month", Reason.CAP_COUNT, rewards=monthly))
    if amount := said.get("amount_total"):
        found.append(Limit(f"{mine}:amount", "amount_total", Reason.CAP_AMOUNT, amount=amount))
    if amount := said.get("amount_per_month"):
        found.append(Limit(f"{mine}:{month}:amount", "amount_per_month", Reason.CAP_AMOUNT, amount=amount))
    return found


def take(reward: Reward, *, actor: str, now: datetime) -> tuple[int | None, Limit | None]:
    """Use up a reward's share of its limits. Return what it may come to, and the limit that made it less; nothing and
    the limit that was met where it cannot be given.

    Called in the transaction of the grant; the rows stay locked until it ends.
    """
    has_place = reward.counted_at is not None
    limits = limits_of(reward, reward.counted_at or now)
    tallies = [_locked(reward, limit) for limit in limits]
    amount, less_by = reward.amount, None
    if met := _met(limits, tallies, number=not has_place, amount=amount is not None, reserved=reward.reserved):
        return None, met
    for limit, tally in zip(limits, tallies, strict=True):
        if limit.amount is not None and amount is not None:
            left = limit.amount - tally.amount + reward.reserved
            amount, less_by = (left, limit) if left < amount else (amount, less_by)
    for tally in tallies:
        tally.number += not has_place
        tally.amount += (amount or 0) - reward.reserved
        tally.save(update_fields=["number", "amount"])
    if reward.reserved:
        reward.reserved = 0
        reward.save(update_fields=["reserved"])
    _warn_of_budgets(reward, limits, tallies, actor=actor, now=now)
    if reward.side == Reward.Side.AMBASSADOR:
        _note_many(reward, actor=actor, now=now)
    return amount, less_by


def lock_taken(reward: Reward) -> list[Tally]:
    """Return the rows that a granted reward used a share of, locked: before the ledger's, in the order of the grant."""
    at = reward.counted_at or reward.granted_at
    return [_locked(reward, limit) for limit in limits_of(reward, at)] if at else []


def give_back(tallies: list[Tally], amount: int, *, wholly: bool) -> None:
    """Let what was taken back of a reward be given again: `amount` of it, and one reward where it is wholly gone.

    What the client had spent already was given, and stays counted.
    """
    for tally in tallies:
        tally.number = max(tally.number - wholly, 0)
        tally.amount = max(tally.amount - amount, 0)
        tally.save(update_fields=["number", "amount"])


def _met(limits: list[Limit], tallies: list[Tally], *, number: bool, amount: bool, reserved: int = 0) -> Limit | None:
    """Return the limit of which nothing is left, if any: one for good before one of a month, since a new month would
    change nothing then."""
    met = [
        limit
        for limit, tally in zip(limits, tallies, strict=True)
        if limit.is_met(tally, number=number, amount=amount, reserved=reserved)
    ]
    return min(met, key=lambda limit: limit.is_monthly, default=None)


def take_place(reward: Reward, *, actor: str, now: datetime) -> Limit | None:
    """Count a reward that its client has still to choose, and keep free what it may come to, so that nothing is offered
    that cannot be given. Return the limit that was met, if one was. Called in the transaction of the offer."""
    limits = limits_of(reward, now)
    tallies = [_locked(reward, limit) for limit in limits]
    if met := _met(limits, tallies, number=True, amount=True):
        return met
    for tally in tallies:
        tally.number += 1
        tally.save(update_fields=["number"])
    reward.counted_at = now
    reward.save(update_fields=["counted_at"])
    _keep_free(reward, _most_of(reward), limits, tallies, actor=actor, now=now)
    return None


@transaction.atomic
def reserve(reward: Reward, basis: int | None, *, actor: str, now: datetime) -> None:
    """Keep free of its limits what a reward that is to be chosen may come to, now that the money is known that its
    percentages count on (`basis`)."""
    if reward.state != Reward.State.AWAITING_CHOICE or reward.counted_at is None or not reward.limits:
        return
    most = _most_of(reward, basis)
    # Its row first, as with every step; what was chosen or ended at this moment keeps nothing free any more.
    mine = Reward.objects.select_for_update().filter(pk=reward.pk, state=Reward.State.AWAITING_CHOICE)
    reserved = mine.values_list("reserved", flat=True).first()
    if reserved is None or reserved == most:
        return
    reward.reserved = reserved
    limits = limits_of(reward, reward.counted_at)
    _keep_free(reward, most, limits, [_locked(reward, limit) for limit in limits], actor=actor, now=now)


def leave_place(reward: Reward) -> None:
    """Give the place back of a reward that was to be chosen and will not be, and what was kept free for it."""
    if reward.counted_at is None:
        return
    give_back(lock_taken(reward), reward.reserved, wholly=True)
    reward.counted_at, reward.reserved = None, 0
    reward.save(update_fields=["counted_at", "reserved"])


def _keep_free(
    reward: Reward, most: int, limits: list[Limit], tallies: list[Tally], *, actor: str, now: datetime
) -> None:
    """Let a reward keep `most` of its limits free, or what is left of them; the rows are locked."""
    left = [limit.amount - tally.amount for limit, tally in zip(limits, tallies, strict=True) if limit.amount]
    more = most - reward.reserved
    more = max(min([more, *left]), 0) if more > 0 else more
    if not left or not more:
        return
    for tally in tallies:
        tally.amount += more
        tally.save(update_fields=["amount"])
    reward.reserved += more
    reward.save(update_fields=["reserved"])
    _warn_of_budgets(reward, limits, tallies, actor=actor, now=now)


def _most_of(reward: Reward, basis: int | None = None) -> int:
    """Return what the dearest of a reward's options in money is worth, as far as that is known."""
    options = [(types[option["kind"]](), option) for option in reward.options]
    return max((kind.amount(reward.business, option, basis) or 0 for kind, option in options), default=0)


def _warn_of_budgets(reward: Reward, limits: list[Limit], tallies: list[Tally], *, actor: str, now: datetime) -> None:
    for limit, tally in zip(limits, tallies, strict=True):
        if limit.reason == Reason.BUDGET:
            _warn_of_budget(reward, limit.amount or 0, tally, actor=actor, now=now)


def _warn_of_budget(reward: Reward, budget: int, tally: Tally, *, actor: str, now: datetime) -> None:
    """Tell once at 80 and once at 100 per cent of a budget. The row is locked: of many rewards at once one tells.

    A budget that was raised is another one; referrals under older, smaller ones do not tell of those.
    """
    if budget < tally.told_of:
        return
    told = tally.told_percent if budget == tally.told_of else 0
    level = max((level for level in BUDGET_LEVELS if tally.amount * 100 >= budget * level), default=0)
    if level <= told:
        return
    tally.told_of, tally.told_percent = budget, level
    tally.save(update_fields=["told_of", "told_percent"])
    fact = events.BudgetReached(scope=reward.limits["scope"], percent=level, used=tally.amount, budget=budget)
    record(reward.business, fact, actor=actor, now=now)


def _note_many(reward: Reward, *, actor: str, now: datetime) -> None:
    """Tell once a month of an ambassador who receives unusually many rewards; nothing is held by it."""
    month = clock.day_of(reward.business, now).strftime("%Y-%m")
    tally = lock_tally(reward.business, f"client:{reward.client_id}:{month}:rewards")
    tally.number += 1
    is_told = tally.number >= MANY_A_MONTH and not tally.told_percent
    tally.told_percent = 100 if is_told else tally.told_percent
    tally.save(update_fields=["number", "told_percent"])
    if is_told:
        fact = events.ManyRewards(number=tally.number)
        record(reward.business, fact, client=reward.client_id, actor=actor, now=now)


def lock_tally(business: Business, key: str) -> Tally:
    """Return the row of a limit, made where it is new, locked until the transaction ends."""
    Tally.objects.get_or_create(business=business, key=key)
    return Tally.objects.select_for_update().get(business=business, key=key)


def _locked(reward: Reward, limit: Limit) -> Tally:
    return lock_tally(reward.business, limit.key)
