"""A recommendation that ran out of time gets more of it, because a person says so (CASES 39)."""

from datetime import datetime

from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.referrals import events
from plusone.referrals.models import Referral
from plusone.referrals.offers import offer_of
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .promising import due_by
from .settling import has_other_open, last_moment, locked, settle


@whole
def revive(referral: Referral, *, note: str, actor: str, now: datetime) -> bool:
    """Open a recommendation again whose time was over: what lapsed for that is promised again, with the same number of
    days from today. Say whether it had run out. Raise Refused without a note, where it ended for another reason, and
    while another one of the same friend is open.
    """
    referral = locked(referral)
    if referral.is_open:
        return False
    if referral.reason != Referral.Reason.NOT_CONVERTED or referral.terms is None:
        raise Refused(
            _("Only a recommendation whose time was over can be opened again."),
            code="not_overdue",
            then=_("What was deserved all the same can be given by hand, as a bonus."),
        )
    note = note.strip()
    if not note:
        raise Refused(_("Write a note that says why it counts all the same."), code="note_wanted", field="note")
    if has_other_open(referral):
        raise Refused(
            _("Another recommendation of %(name)s is open.") % {"name": referral.friend.first_name},
            code="another_open",
            then=_("Reject that recommendation first."),
        )
    days = referral.terms.qualification_days
    referral.state = Referral.State.ACTIVATED if referral.activated_at else Referral.State.REGISTERED
    referral.reason, referral.closed_at, referral.note = "", None, note[:300]
    referral.deadline_at = last_moment(referral.business, now, days) if days else None
    referral.save(update_fields=["state", "reason", "closed_at", "note", "deadline_at"])
    steps = offer_of(referral.terms).all_steps
    for reward in rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, []):
        if reward.reason == Reward.Reason.DEADLINE:
            last = due_by(referral, referral.terms, steps[reward.step - 1], since=now)
            rewards.reopen(reward, was=(Reward.State.LAPSED,), due_by=last, actor=actor, now=now)
    told = events.ReferralRevived(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    settle(referral, actor=actor, now=now)
    return True
