"""A reward that its client chooses among what the owner allows (R-104)."""

from datetime import datetime

from django.utils.translation import gettext as _

from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.referrals.models import Referral
from plusone.referrals.reasons import tell_reward
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward

from .milestones import first_money
from .settling import complete, locked


@whole
def choose_reward(reward: Reward, option: int, *, actor: str, now: datetime) -> bool:
    """Give the chosen option (from 0), and complete the recommendation where it was the last. Say whether this call
    did it; the same option again changes nothing.
    """
    if reward.source_kind != "referral":
        return rewards.choose(reward, option, actor=actor, now=now)
    # The recommendation first, as everywhere; then the reward.
    referral = locked(Referral(pk=reward.source_id))
    reward.refresh_from_db(fields=["state", "kind", "params", "options", "amount"])
    settled = reward.state in (Reward.State.REVOKED, Reward.State.LAPSED, Reward.State.DECLINED)
    if settled or reward.state in (Reward.State.ON_HOLD, Reward.State.AWAITING_APPROVAL):
        raise _not_to_choose(reward, actor=actor, now=now)
    done = rewards.choose(reward, option, basis=first_money(referral), actor=actor, now=now)
    complete(referral, actor=actor, now=now)
    return done


def _not_to_choose(reward: Reward, *, actor: str, now: datetime) -> Refused:
    """Say where a reward stands of which nothing is to be chosen, in the words of every other page."""
    told = tell_reward(reward, to="client" if actor == f"client:{reward.client_id}" else "staff", now=now)
    then = _("It can be chosen once it is due.") if reward.is_open else told.next
    return Refused(told.sentence, code="nothing_to_choose", then=then)
