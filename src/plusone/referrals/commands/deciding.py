"""A person decides about a referral or a whole case, and deadlines run out (REQUIREMENTS 4.2)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.messaging.commands import send
from plusone.referrals import events
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .doubting import case_of, close_case, lock_case, members_of
from .settling import close_open, end_overdue, locked, settle

SWEEP_BATCH = 200


@transaction.atomic
def approve_referral(referral: Referral, *, actor: str, now: datetime) -> bool:
    """Say that a flagged referral is right: what waited for that is granted. Say whether it was flagged."""
    case = case_of(referral)
    done = _approve(referral, actor=actor, now=now)
    _close_when_done(case, DoubtCase.State.APPROVED, actor=actor, now=now)
    return done


@transaction.atomic
def reject_referral(referral: Referral, *, note: str = "", actor: str, now: datetime) -> bool:
    """Reject an open referral (R-282): its promises lapse, the friend stays and may get another ambassador.

    Say whether it was open.
    """
    case = case_of(referral)
    referral = locked(referral)
    if referral.reason == Referral.Reason.REJECTED:
        return False
    if not close_open(referral, Referral.Reason.REJECTED, note=note, actor=actor, now=now):
        raise Refused(_("This recommendation is settled already and cannot be rejected."), code="settled")
    _close_when_done(case, DoubtCase.State.REJECTED, actor=actor, now=now)
    _tell_rejected(referral, f"referral:{referral.pk}", now=now)
    return True


@transaction.atomic
def decide_case(case: DoubtCase, *, approve: bool, note: str = "", actor: str, now: datetime) -> bool:
    """Decide about all recommendations of a case at once (FRA-10). Say whether this call did it: of two people who
    decide at the same moment, or a double click, the second changes nothing (FRA-14).

    What was given before the doubt arose stays given.
    """
    found = lock_case(case)
    if not found.is_open:
        return False
    for member in members_of(found):
        if not member.is_open:
            continue
        if approve:
            _approve(member, actor=actor, now=now)
        else:
            close_open(locked(member), Referral.Reason.REJECTED, note=note, actor=actor, now=now)
            _tell_rejected(member, f"case:{found.pk}", now=now)
    close_case(
        found,
        DoubtCase.State.APPROVED if approve else DoubtCase.State.REJECTED,
        note=note,
        actor=actor,
        now=now,
    )
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
    return sum(end_overdue(referral, actor="system", now=now) for referral in late[:SWEEP_BATCH])


def _approve(referral: Referral, *, actor: str, now: datetime) -> bool:
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


def _close_when_done(case: DoubtCase | None, state: DoubtCase.State, *, actor: str, now: datetime) -> None:
    """Close the case of a recommendation that was decided by itself, once none of its members waits any more."""
    if case is not None and not any(member.flagged and member.is_open for member in members_of(case)):
        close_case(case, state, actor=actor, now=now)


def _tell_rejected(referral: Referral, decision: str, *, now: datetime) -> None:
    """Tell the ambassador kindly, once for one decision however many friends it was about."""
    ambassador = referral.ambassador
    ambassador.business = referral.business
    key = f"rejected:{decision}:{ambassador.pk}"
    send(referral.business, "referral.rejected", to_client=ambassador, key=key, now=now)
