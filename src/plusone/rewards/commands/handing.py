"""A person hands a reward over, and says so."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.rewards import events
from plusone.rewards.models import Handover, Reward
from plusone.rewards.types import types


@transaction.atomic
def hand_over(reward: Reward, *, actor: str, now: datetime) -> bool:
    """Note that a reward was handed over to its client. Say whether this call did it.

    Raise Refused for one that is not to be handed over, was taken back, or has ended.
    """
    # Locked, so that handing it over and taking it back go one after the other.
    reward = Reward.objects.select_for_update(of=("self",)).select_related("business").get(pk=reward.pk)
    if reward.is_handed_over:
        return False
    if not types[reward.kind].by_hand or reward.state != Reward.State.GRANTED:
        raise Refused(
            _("There is nothing to hand over for this reward."),
            code="nothing_to_hand_over",
            then=_("Its recommendation says where it stands."),
        )
    if reward.expires_at and reward.expires_at <= now:
        raise Refused(
            _("The time to collect this reward is over."),
            code="expired",
            then=_("What was deserved all the same can be given by hand, as a bonus."),
        )
    Handover.objects.create(business=reward.business, reward=reward, actor=actor, at=now)
    told = events.RewardHandedOver(reward=reward.pk, side=reward.side, kind=reward.kind, amount=0)
    record(reward.business, told, client=reward.client_id, actor=actor, now=now)
    return True
