"""What a referral's terms promise to both sides, written as rewards."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from plusone.referrals.models import Referral, Terms
from plusone.referrals.offers import Step, offer_of
from plusone.referrals.promising import carried
from plusone.rewards.commands import lapse, promise
from plusone.rewards.models import Reward

from .settling import last_moment


@transaction.atomic
def promise_all(
    referral: Referral,
    terms: Terms,
    *,
    since: datetime,
    but: Collection[tuple[str, str]] = (),
    actor: str,
    now: datetime,
) -> None:
    """Promise what every step of the terms gives, counting its time from `since`, `but` for some milestones and sides.

    A reward for a set of friends is promised once the set is full. What the friend has already as a new friend, through
    a recommendation that ended, is not given again (R-291): it lapses at once, and says why.
    """
    offer = offer_of(terms)
    had = had_already(referral) if any(step.friend_reward for step in offer.all_steps) else set()
    for step in offer.all_steps:
        sides = [(Reward.Side.FRIEND, referral.friend, step.friend_reward)]
        if not offer.counts_sets:
            sides.append((Reward.Side.AMBASSADOR, referral.ambassador, step.ambassador_reward))
        for side, client, params in sides:
            if params and (step.milestone, side) not in but:
                reward = promise(
                    client,
                    side=side,
                    source=("referral", referral.pk),
                    milestone=step.milestone,
                    params=params,
                    due_by=due_by(referral, terms, step, since=since),
                    **carried(terms, side, hold_days=step.hold_days),
                    actor=actor,
                    now=now,
                )
                if side == Reward.Side.FRIEND and step.milestone in had:
                    lapse(reward, reason=Reward.Reason.HAD_ALREADY, actor=actor, now=now)


def had_already(referral: Referral) -> set[str]:
    """Return the steps whose gift the friend has through another recommendation as a new friend; who comes back to the
    business has a rule of their own (Q-10).

    Needs no lock: the other one ended before this one could be written, and nothing is given by one that has ended.
    """
    if referral.returned_from is not None:
        return set()
    others = Referral.objects.filter(business=referral.business, friend=referral.friend_id, returned_from=None)
    given = Reward.objects.filter(
        business=referral.business,
        client=referral.friend_id,
        side=Reward.Side.FRIEND,
        state=Reward.State.GRANTED,
        source_kind="referral",
        source_id__in=others.exclude(pk=referral.pk).values("pk"),
    )
    return set(given.values_list("milestone", flat=True))


def due_by(referral: Referral, terms: Terms, step: Step, *, since: datetime) -> datetime | None:
    """Return the last moment that a step has of its own; the first has that of the recommendation."""
    if step.number == 1 or not terms.qualification_days:
        return None
    return last_moment(referral.business, since, terms.qualification_days + step.takes_days)
