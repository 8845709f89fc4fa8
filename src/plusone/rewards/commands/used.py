"""What should be taken back of a reward and was used already: kept by its client, or owed."""

from django.db.models import F
from django.utils import translation
from django.utils.functional import Promise

from plusone.rewards.models import Reward


def said(reward: Reward, why: str | Promise) -> str:
    """Return a reason in the language of the business: it is kept with the movement, whoever asked for it."""
    with translation.override(reward.business.language):
        return str(why)


def note_used(reward: Reward, used: int) -> int:
    """Write how much of what should be taken back was used already. Return how much of that its client keeps: a debt is
    paid by the next earning, so what is owed counts as taken back.

    The caller has the lock of the account: what comes back to it meanwhile waits.
    """
    column = "owed" if reward.clawback == "allow_negative" and reward.amount else "unrecovered"
    if used:
        Reward.objects.filter(pk=reward.pk).update(**{column: F(column) + used})
    reward.refresh_from_db(fields=["owed", "unrecovered"])
    return used if column == "unrecovered" else 0
