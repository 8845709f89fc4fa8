"""Staff tick off what a friend was asked to do, and take a tick back while nothing was given for it."""

from datetime import datetime

from django.utils.translation import gettext as _

from plusone.agenda.commands import tick, untick
from plusone.agenda.queries import checks_of
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.referrals.models import Referral
from plusone.referrals.offers import Step, offer_of
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of

from .milestones import SET
from .settling import is_for_registering, locked

GIVEN = (Reward.State.GRANTED, Reward.State.CAPPED)


def asked_checks(referral: Referral) -> dict[str, list[Step]]:
    """Return what the terms of a referral ask staff to tick off, each with the steps that wait for it."""
    found: dict[str, list[Step]] = {}
    for step in offer_of(referral.terms).earned_steps if referral.terms else ():
        for params in step.conditions:
            if params["kind"] == "check":
                found.setdefault(params["text"], []).append(step)
    return found


@whole
def tick_off(referral: Referral, what: str, *, actor: str, now: datetime) -> bool:
    """Note that the friend has done what the terms ask for. Say whether it was open. Raise Invalid for other things."""
    if what not in asked_checks(referral):
        raise Invalid(_("Choose one of the offered options."), field="what")
    friend = referral.friend
    friend.business = referral.business
    key = f"desk:{friend.public_id}:{what}"
    return tick(friend, what=what, key=key, actor=actor, now=now).is_new


@whole
def take_back_check(referral: Referral, what: str, *, actor: str, now: datetime) -> bool:
    """Take a tick back, whoever set it. Say whether there was one. Raise Refused where a reward was given for it."""
    referral = locked(referral)
    numbers = [step.number for step in asked_checks(referral).get(what, ())]
    held = rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, [])
    waiting = [reward for reward in held if reward.step in numbers and not is_for_registering(referral, reward)]
    if any(reward.state in GIVEN for reward in waiting):
        raise Refused(
            _("A reward was given for it. If that was wrong, adjust the balance by hand."), code="already_given"
        )
    for reward in waiting:
        if reward.milestone != SET:  # promised again, not lost: the tick may come yet
            rewards.reopen(reward, was=Reward.PENDING, actor=actor, now=now)
    ticked = list(checks_of(referral.friend).filter(what__in=(what, "")).select_related("business"))
    return sum(untick(check, actor=actor, now=now) for check in ticked) > 0
