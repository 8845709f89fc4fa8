"""A percentage follows the money that it counts on, after a refund; and what was used of a reward that went is taken
where it comes back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from plusone.events.commands import record
from plusone.ledger import commands as ledger
from plusone.rewards import events
from plusone.rewards.models import Reward
from plusone.rewards.types import types

from . import limits
from .steps import Reason, State, facts_of, revoke
from .used import note_used, said


@transaction.atomic
def resize(reward: Reward, basis: int | None, *, lost: str = Reason.REFUNDED, actor: str, now: datetime) -> bool:
    """Let a percentage follow the money it counts on, after a refund; never upwards. Say whether it changed.

    Before the grant the reward is smaller, and revoked where nothing is left; after it what is too much is taken back.
    """
    kind = types[reward.kind]()
    if not kind.needs_basis(reward.params) or reward.amount is None or basis is None:
        return False
    left = kind.amount(reward.business, reward.params, basis) or 0
    if left >= reward.amount or reward.state not in (*Reward.PENDING, State.GRANTED):
        return False
    if left == 0:
        return revoke(reward, reason=lost, actor=actor, now=now)
    taken, changed = 0, ["amount"]
    if reward.state == State.GRANTED:
        if reward.clawback == "only_pending":
            return False
        reason, counted = said(reward, Reason.REFUNDED.label), limits.lock_taken(reward)
        too_much = reward.amount - left
        taken = kind.revoke(reward, too_much, reason=reason, actor=actor, now=now)
        limits.give_back(counted, too_much - note_used(reward, too_much - taken), wholly=False)
        reward.granted_amount, reward.reduced_at, reward.reason = reward.given, now, Reason.REFUNDED
        changed += ["granted_amount", "reduced_at", "reason"]
    elif reward.first_amount is None:
        reward.first_amount = reward.amount
        changed.append("first_amount")
    reward.amount = left
    reward.save(update_fields=changed)
    record(
        reward.business,
        events.RewardReduced(**facts_of(reward), taken=taken),
        client=reward.client_id,
        actor=actor,
        now=now,
    )
    return True


@transaction.atomic
def recover(rewards: dict[int, int], client_id: int, *, key: str, actor: str, now: datetime) -> None:
    """Take what comes back, by reward, of such as should have been taken back and were used: an order that reserved it
    was called off, or one that it paid was refunded. `client_id` is whose account it came back to; its lock is held."""
    for reward in Reward.objects.filter(pk__in=rewards, unrecovered__gt=0, amount__gt=0).order_by("pk"):
        back = min(rewards[reward.pk], reward.unrecovered)
        counted = limits.lock_taken(reward)
        about = {"key": f"{key}:{reward.pk}", "ref": ("reward", reward.pk), "actor": actor, "now": now}
        reason = said(reward, Reason.REFUNDED.label)
        moved = ledger.revoke(reward.business, client_id, back, reason=reason, **about)  # type: ignore[arg-type]  # see its signature
        taken = -moved.amount if moved else 0
        Reward.objects.filter(pk=reward.pk).update(unrecovered=F("unrecovered") - taken)
        gone = reward.state == State.REVOKED and taken == reward.unrecovered
        limits.give_back(counted, taken, wholly=gone)
