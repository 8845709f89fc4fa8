"""What is promised and not given yet becomes more, because the business raised its offer (Q-07)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from plusone.events.commands import record
from plusone.kernel import clock
from plusone.rewards import events
from plusone.rewards.models import Reward
from plusone.rewards.types import types

State = Reward.State
RAISABLE = (State.PROMISED, State.ON_HOLD, State.AWAITING_APPROVAL)


@transaction.atomic
def raise_promise(
    reward: Reward,
    *,
    params: dict[str, Any],
    basis: int | None = None,
    due_by: datetime | None,
    hold_days: int,
    needs_approval: bool,
    needs_active: bool,
    clawback: str,
    within: dict[str, Any],
    actor: str,
    now: datetime,
) -> bool:
    """Let a reward that is not given yet be what other terms say. The caller holds the lock of its source, and has
    seen that nobody receives less by it. Say whether it was in time: what was given stays as it was.

    `basis` is the money that a percentage counts on, where its conditions hold already. A verification period that
    runs ends as many days earlier as it is shorter now.
    """
    kind = types[params["kind"]]()
    known = reward.amount is not None or reward.state != State.PROMISED
    columns: dict[str, Any] = {
        "kind": kind.name,
        "params": params,
        "options": kind.options(params),
        "amount": kind.amount(reward.business, params, basis if known else None),
        "due_by": due_by,
        "hold_days": hold_days,
        "needs_approval": needs_approval,
        "needs_active": needs_active,
        "clawback": clawback,
        "limits": within,
    }
    if reward.available_at is not None:
        day = clock.day_of(reward.business, reward.available_at) - timedelta(days=reward.hold_days - hold_days)
        columns["available_at"] = clock.day_start(reward.business, day)
    # One conditional UPDATE, so that what is being given at this moment is given once, as the one or as the other.
    raised = Reward.objects.filter(pk=reward.pk, state__in=RAISABLE).update(**columns)
    reward.refresh_from_db(fields=["state", *columns])
    if not raised:
        return False
    told = events.RewardRaised(reward=reward.pk, side=reward.side, kind=reward.kind, amount=reward.amount or 0)
    record(reward.business, told, client=reward.client_id, actor=actor, now=now)
    return True
