"""A reward that its client chooses among what the owner allows (R-104)."""

from datetime import datetime

from django.db import transaction

from plusone.referrals.models import Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward

from .settling import complete, first_money, locked


@transaction.atomic
def choose_reward(reward: Reward, option: int, *, actor: str, now: datetime) -> bool:
    """Give the chosen option (from 0), and complete the recommendation where it was the last. Say whether this call
    did it; the same option again changes nothing.
    """
    if reward.source_kind != "referral":
        return rewards.choose(reward, option, actor=actor, now=now)
    # The recommendation first, as everywhere; then the reward.
    referral = locked(Referral(pk=reward.source_id))
    reward.refresh_from_db(fields=["state", "kind", "params", "options", "amount"])
    done = rewards.choose(reward, option, basis=first_money(referral), actor=actor, now=now)
    complete(referral, actor=actor, now=now)
    return done
