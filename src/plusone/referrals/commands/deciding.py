"""A person decides about a referral or a whole case (REQUIREMENTS 4.2)."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.messaging.commands import send
from plusone.referrals import events
from plusone.referrals.deeds import Deeds
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .doubting import case_of, close_case, lock_case, members_of
from .impartial import must_be_impartial
from .milestones import SET, first_money
from .pausing import lift_pauses
from .settling import close_open, is_earned, locked, settle

BACK = (Reward.Reason.REFUNDED, Reward.Reason.DISPUTE_LOST, "")  # "": a visit or a tick that was none


@whole
def approve_referral(referral: Referral, *, note: str = "", actor: str, now: datetime) -> bool:
    """Say that a flagged referral is right: what waited for that is granted. Say whether it was flagged.

    Raise Refused where it was rejected, or would give something to `actor`.
    """
    case = case_of(referral)
    done = _approve(referral, note=note, actor=actor, now=now)
    _close_when_done(case, DoubtCase.State.APPROVED, actor=actor, now=now)
    return done


@whole
def reject_referral(referral: Referral, *, note: str = "", actor: str, now: datetime) -> bool:
    """Reject an open referral (R-282): its promises lapse, the friend stays and may get another ambassador.

    Say whether it was open.
    """
    case = case_of(referral)
    referral = locked(referral)
    if referral.reason == Referral.Reason.REJECTED:
        return False
    if not close_open(referral, Referral.Reason.REJECTED, note=note, actor=actor, now=now):
        raise Refused(
            _("This recommendation is settled already and cannot be rejected."),
            code="settled",
            then=_("What was given by mistake can be taken off the balance by hand."),
        )
    _close_when_done(case, DoubtCase.State.REJECTED, actor=actor, now=now)
    _tell_rejected(referral, f"referral:{referral.pk}", now=now)
    return True


@whole
def decide_case(case: DoubtCase, *, approve: bool, note: str = "", actor: str, now: datetime) -> bool:
    """Decide about all recommendations of a case at once (FRA-10). Say whether this call did it: of two people who
    decide at the same moment, or a double click, the second changes nothing (FRA-14).

    What was given before the doubt arose stays given, and what was decided by itself stays so.
    """
    found = lock_case(case)
    if not found.is_open:
        return False
    members = members_of(found)
    for member in members:
        if not member.is_open or not member.flagged:  # a person has decided about it by itself
            continue
        if approve:
            _approve(member, note=note, actor=actor, now=now)
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
    if approve:
        lift_pauses(members, actor=actor, now=now)
    return True


@whole
def decide_reward(reward: Reward, *, approve: bool, note: str = "", actor: str, now: datetime) -> bool:
    """Approve or decline one reward by hand, each side alone (CASES 60). Say whether this call did it.

    Where it waited because of a doubt and nothing else of its recommendation waits any more, the doubt is decided with
    it: nobody is asked twice. What is approved while its conditions do not hold stays given, whatever comes.

    Raise Refused as `rewards.approve` and `rewards.decline` do, and where it would give something to `actor`, or to
    somebody who was deleted.
    """
    if approve:
        must_be_impartial(reward.business, [reward.client], note=note, actor=actor)
        _refuse_nobodys(reward)
    if reward.source_kind != "referral":
        act = rewards.approve if approve else rewards.decline
        return act(reward, note=note, actor=actor, now=now)
    referral = Referral.objects.get(business=reward.business, pk=reward.source_id)
    case = case_of(referral)
    referral = locked(referral)
    if approve:
        reward.refresh_from_db(fields=["state", "reason", "granted_at"])
        is_regardless, also = not is_earned(referral, reward, now=now), _earned_again(referral, reward, note, now=now)
        done = rewards.approve(reward, note=note, is_regardless=is_regardless, also=also, actor=actor, now=now)
        rewards.reserve(reward, first_money(referral), actor=actor, now=now)
    else:
        done = rewards.decline(reward, note=note, actor=actor, now=now)
    if done and referral.flagged:
        _settle_doubt(referral, case, actor=actor, now=now)
    return done


def is_earned_again(referral: Referral, reward: Reward, *, deeds: Deeds | None = None, now: datetime) -> bool:
    """Say whether a reward went because its ground did, and all that it asks for is the case again."""
    went = reward.state == Reward.State.REVOKED and reward.reason in BACK
    return went and is_earned(referral, reward, deeds=deeds, now=now)


def _earned_again(referral: Referral, reward: Reward, note: str, *, now: datetime) -> str:
    """Return the state of one that was taken back and may be given after all. Raise Refused without a note, and where
    it was given before: that is in the books, taken back or kept."""
    if not is_earned_again(referral, reward, now=now):
        return ""
    if reward.granted_at is not None:
        raise Refused(
            _("This reward was given once, and taken back."),
            code="taken_back",
            then=_("If it was deserved all the same, adjust the balance by hand."),
        )
    if not note.strip():
        raise Refused(_("Write a note that says why it counts all the same."), code="note_needed", field="note")
    return Reward.State.REVOKED


def _refuse_nobodys(reward: Reward) -> None:
    """Refuse to give something to who was deleted: nobody could ever use it."""
    nobodys = Reward.objects.filter(pk=reward.pk, client__status=Client.Status.DELETED)
    if nobodys.exclude(state__in=Reward.GIVEN).exists():
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))


@transaction.atomic
def reject_several(referrals: Iterable[Referral], *, note: str = "", actor: str, now: datetime) -> int:
    """Reject several referrals, oldest first; what is settled already stays as it is (R-282). Return how many."""
    done = 0
    for referral in sorted(referrals, key=lambda one: one.pk):
        with suppress(Refused), transaction.atomic():
            done += reject_referral(referral, note=note, actor=actor, now=now)
    return done


def _approve(referral: Referral, *, note: str, actor: str, now: datetime) -> bool:
    referral = locked(referral)
    if referral.reason == Referral.Reason.REJECTED:
        raise Refused(
            _("This recommendation was rejected."), code="rejected", then=_("The friend may get another ambassador.")
        )
    if not referral.flagged:
        return False
    must_be_impartial(referral.business, [referral.ambassador, referral.friend], note=note, actor=actor)
    _unflag(referral, actor=actor, now=now)
    for reward in rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, []):
        if reward.state == Reward.State.AWAITING_APPROVAL and reward.reason == Reward.Reason.FLAGGED:
            rewards.approve(reward, actor=actor, now=now)
    settle(referral, actor=actor, now=now)
    return True


def _unflag(referral: Referral, *, actor: str, now: datetime) -> None:
    referral.flagged = False
    referral.save(update_fields=["flagged"])
    told = events.ReferralApproved(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)


def _settle_doubt(referral: Referral, case: DoubtCase | None, *, actor: str, now: datetime) -> None:
    """Take the flag off a referral (locked) of which each reward was decided, and close its case with the last one.

    What its client has still to choose was decided, too.
    """
    held = rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, [])
    referral.refresh_from_db(fields=["state", "reason", "closed_at"])
    in_sets = referral.terms is not None and referral.terms.every > 1
    if any(reward.state in Reward.UNDECIDED for reward in held):
        return
    if in_sets and referral.is_open and not any(reward.milestone == SET for reward in held):
        return
    given = any(reward.state in Reward.GIVEN and reward.decided_by for reward in held)
    if given:
        _unflag(referral, actor=actor, now=now)
        settle(referral, actor=actor, now=now)
    elif not in_sets:  # a friend who was not accepted fills no set
        Referral.objects.filter(pk=referral.pk).update(flagged=False)
    state = DoubtCase.State.APPROVED if given else DoubtCase.State.REJECTED
    _close_when_done(case, state, actor=actor, now=now)


def _close_when_done(case: DoubtCase | None, state: DoubtCase.State, *, actor: str, now: datetime) -> None:
    """Close the case of a recommendation that was decided by itself, once none of its members waits any more."""
    members = members_of(case) if case is not None else []
    if case is None or any(member.flagged and member.is_open for member in members):
        return
    close_case(case, state, actor=actor, now=now)
    if state == DoubtCase.State.APPROVED:
        lift_pauses(members, actor=actor, now=now)


def _tell_rejected(referral: Referral, decision: str, *, now: datetime) -> None:
    """Tell the ambassador kindly, once for one decision however many friends it was about."""
    ambassador = referral.ambassador
    ambassador.business = referral.business
    key = f"rejected:{decision}:{ambassador.pk}"
    send(referral.business, "referral.rejected", to_client=ambassador, key=key, now=now)
