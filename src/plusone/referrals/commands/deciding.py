"""A person decides about a referral, and deadlines run out (REQUIREMENTS 4.2)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.referrals import events
from plusone.referrals.models import Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .settling import close_open, locked, settle

SWEEP_BATCH = 200


@transaction.atomic
def approve_referral(referral: Referral, *, actor: str, now: datetime) -> bool:
    """Say that a flagged referral is right: what waited for that is granted. Say whether it was flagged."""
    referral = locked(referral)
    if referral.reason == Referral.Reason.REJECTED:
        raise Refused(_("This recommendation was rejected."), code="rejected")
    if not referral.flagged:
        return False
    referral.flagged = False
    referral.save(update_fields=["flagged"])
    told = events.ReferralApproved(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    for reward in rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, []):
        if reward.state == Reward.State.AWAITING_APPROVAL and reward.reason == Reward.Reason.FLAGGED:
            rewards.approve(reward, actor=actor, now=now)
    settle(referral, actor=actor, now=now)
    return True


@transaction.atomic
def reject_referral(referral: Referral, *, note: str = "", actor: str, now: datetime) -> bool:
    """Reject an open referral (R-282): its promises lapse, the friend stays and may get another ambassador.

    Say whether it was open.
    """
    referral = locked(referral)
    if referral.reason == Referral.Reason.REJECTED:
        return False
    if not close_open(referral, Referral.Reason.REJECTED, note=note, actor=actor, now=now):
        raise Refused(_("This recommendation is settled already and cannot be rejected."), code="settled")
    return True


def close_overdue(now: datetime) -> int:
    """End the referrals whose time is over and that were not earned in it (Q-06, CASES 39). Return how many."""
    promised = Reward.objects.filter(source_kind="referral", source_id=OuterRef("pk"), state=Reward.State.PROMISED)
    due = Referral.objects.filter(deadline_at__lte=now).exclude(state=Referral.State.CLOSED)
    short = Q(terms__every__gt=1, terms__ambassador_reward__isnull=False, qualified_at=None)
    late = (
        due.filter(Q(state=Referral.State.REGISTERED, qualified_at=None) | Exists(promised) | short)
        .select_related("business")
        .order_by("deadline_at", "id")
    )
    reason = Referral.Reason.NOT_CONVERTED
    return sum(close_open(referral, reason, actor="system", now=now) for referral in late[:SWEEP_BATCH])
