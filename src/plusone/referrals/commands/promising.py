"""What a referral's terms promise to both sides, written as rewards."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from plusone.referrals.models import Referral, Terms
from plusone.referrals.offers import Step, offer_of
from plusone.referrals.promising import carried
from plusone.rewards.commands import promise
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

    A reward for a set of friends is promised once the set is full.
    """
    offer = offer_of(terms)
    for step in offer.all_steps:
        sides = [(Reward.Side.FRIEND, referral.friend, step.friend_reward)]
        if not offer.counts_sets:
            sides.append((Reward.Side.AMBASSADOR, referral.ambassador, step.ambassador_reward))
        for side, client, params in sides:
            if params and (step.milestone, side) not in but:
                promise(
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


def due_by(referral: Referral, terms: Terms, step: Step, *, since: datetime) -> datetime | None:
    """Return the last moment that a step has of its own; the first has that of the recommendation."""
    if step.number == 1 or not terms.qualification_days:
        return None
    return last_moment(referral.business, since, terms.qualification_days + step.takes_days)
