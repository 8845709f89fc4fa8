"""A percentage follows the money that it counts on, after a refund."""

from datetime import datetime

from django.db import transaction

from plusone.events.commands import record
from plusone.rewards import events
from plusone.rewards.models import Reward
from plusone.rewards.types import types

from . import limits
from .steps import Reason, State, facts_of, revoke


@transaction.atomic
def resize(reward: Reward, basis: int | None, *, actor: str, now: datetime) -> bool:
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
        return revoke(reward, reason=Reason.REFUNDED, actor=actor, now=now)
    taken = 0
    if reward.state == State.GRANTED:
        if reward.clawback == "only_pending":
            return False
        reason, counted = str(Reason.REFUNDED.label), limits.lock_taken(reward)
        too_much = reward.amount - left
        taken = kind.revoke(reward, too_much, reason=reason, actor=actor, now=now)
        limits.give_back(counted, too_much if reward.clawback == "allow_negative" else taken, wholly=False)
    reward.amount = left
    reward.save(update_fields=["amount"])
    record(
        reward.business,
        events.RewardReduced(**facts_of(reward), taken=taken),
        client=reward.client_id,
        actor=actor,
        now=now,
    )
    return True
