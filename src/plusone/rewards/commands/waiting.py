"""Holds: which are over, and which wait for the end of a dispute."""

from datetime import datetime

from django.db import transaction

from plusone.rewards.models import Reward

SWEEP_BATCH = 200


@transaction.atomic
def note_dispute(reward: Reward, *, is_disputed: bool) -> None:
    """Let a hold wait for the end of a dispute of a payment behind it, or run again."""
    why, held = Reward.Reason.DISPUTED if is_disputed else Reward.Reason.HOLD, Reward.State.ON_HOLD
    if reward.state == held and reward.reason != why:
        Reward.objects.filter(pk=reward.pk, state=held).update(reason=why)
        reward.refresh_from_db(fields=["state", "reason"])


def holds_due(now: datetime) -> list[Reward]:
    """Return rewards whose hold is over by `now`, a batch at a time."""
    due = Reward.objects.filter(state=Reward.State.ON_HOLD, available_at__lte=now).exclude(
        reason=Reward.Reason.DISPUTED
    )
    due = due.select_related("business", "client")
    return list(due.order_by("available_at", "id")[:SWEEP_BATCH])
