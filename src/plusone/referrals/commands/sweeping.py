"""What time makes due, one recommendation after another: one that fails waits for a person, and stops no other.

FRA-15: a signal or a grant that breaks never stops others.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from plusone.events.reactions import OUTAGES
from plusone.referrals.models import Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .settling import end_overdue, is_overdue, locked, settle

log = logging.getLogger(__name__)
SWEEP_BATCH = 200


def end_holds(now: datetime) -> int:
    """Move the rewards on whose verification period is over, then complete their referrals. Return how many."""

    def end(reward: Reward) -> int:
        # The recommendation first, as everywhere; then the reward as it is now, which a dispute may have held up.
        referral = locked(Referral(pk=reward.source_id))
        reward.refresh_from_db(fields=["state", "reason", "available_at"])
        rewards.end_hold(reward, flagged=referral.flagged, actor="system", now=now)
        settle(referral, actor="system", now=now)
        return 1

    def hold(reward: Reward) -> None:
        rewards.ask_review(reward, Reward.Reason.ERROR, actor="system", now=now)

    return _each([one for one in rewards.holds_due(now) if one.source_kind == "referral"], end, failed=hold)


def ask_again(now: datetime) -> int:
    """Ask the conditions again where the time has come at which they may hold. Return how many were asked."""
    due = Referral.objects.filter(asks_at__lte=now).exclude(state=Referral.State.CLOSED).order_by("asks_at", "id")

    def ask(referral: Referral) -> int:
        settle(referral, actor="system", now=now)
        return 1

    def hold(referral: Referral) -> None:
        Referral.objects.filter(pk=referral.pk).update(asks_at=None)  # a person decides about what is open instead
        for reward in rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, []):
            rewards.ask_review(reward, Reward.Reason.ERROR, actor="system", now=now)

    return _each(due.select_related("business")[:SWEEP_BATCH], ask, failed=hold)


def close_overdue(now: datetime) -> int:
    """End the referrals whose time is over and that were not earned in it (Q-06, CASES 39). Return how many.

    One that fails is tried again with the next round: nothing is due by it that a person could give.
    """
    promised = Reward.objects.filter(source_kind="referral", source_id=OuterRef("pk"), state=Reward.State.PROMISED)
    # No step ends before the recommendation's own last day, so its index finds them all.
    due = Referral.objects.filter(deadline_at__lte=now).exclude(state=Referral.State.CLOSED)
    missed = Q(state=Referral.State.REGISTERED, qualified_at=None) & ~Exists(promised.filter(due_by__gt=now))
    short = Q(terms__every__gt=1, terms__ambassador_reward__isnull=False, qualified_at=None)
    late = (
        due.exclude(asks_at__lte=now)  # the next round of `ask_again` settles them, what is late included
        .filter(missed | Exists(promised.filter(Q(due_by=None) | Q(due_by__lte=now))) | short)
        .select_related("business")
        .order_by("deadline_at", "id")
    )

    def end(referral: Referral) -> int:
        found = locked(referral)  # as it is now: something in time may have been told since the list was read
        held = rewards_of(found.business, "referral", [found.pk]).get(found.pk, [])
        return int(is_overdue(found, held, now=now) and end_overdue(found, actor="system", now=now))

    return _each(late[:SWEEP_BATCH], end)


def _each[Row: (Reward, Referral)](
    rows: Iterable[Row], act: Callable[[Row], int], *, failed: Callable[[Row], None] | None = None
) -> int:
    """Act on each row in a transaction of its own, and let `failed` follow where that raised. Return what was done.

    An outage gets out, as it says nothing about the row: the next round does it again.
    """
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += act(row)
        except OUTAGES:
            raise
        except Exception:  # one row's bug must not stop those of everybody else
            log.exception("what was due of %s %s failed", type(row).__name__.lower(), row.pk)
            if failed is not None:
                _tell(row, failed)
    return done


def _tell[Row: (Reward, Referral)](row: Row, failed: Callable[[Row], None]) -> None:
    try:
        with transaction.atomic():
            failed(row)
    except OUTAGES:
        raise
    except Exception:  # it stays as it was, and is tried again
        log.exception("what should follow the failure of %s %s failed too", type(row).__name__.lower(), row.pk)
