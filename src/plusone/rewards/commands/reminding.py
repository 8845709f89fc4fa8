"""A client who has not chosen for long is reminded, once."""

from datetime import datetime, timedelta

from django.db import transaction

from plusone.events.commands import record
from plusone.rewards import events
from plusone.rewards.models import Reward

REMIND_AFTER = timedelta(days=14)
REMIND_BATCH = 200


@transaction.atomic
def remind_of_choices(now: datetime) -> int:
    """Note once of each reward that has waited long for its client's choice that it still does. Return how many."""
    late = Reward.objects.filter(
        state=Reward.State.AWAITING_CHOICE, reminded_at=None, choice_since__lte=now - REMIND_AFTER
    ).select_related("business", "client")
    done = 0
    for reward in late.order_by("choice_since", "id")[:REMIND_BATCH]:
        if Reward.objects.filter(pk=reward.pk, state=Reward.State.AWAITING_CHOICE, reminded_at=None).update(
            reminded_at=now
        ):
            told = events.RewardChoiceWaiting(
                reward=reward.pk, side=reward.side, kind=reward.kind, amount=reward.amount or 0
            )
            record(reward.business, told, client=reward.client_id, actor="system", now=now)
            done += 1
    return done
