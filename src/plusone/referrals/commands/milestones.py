"""One reward for every N friends (CONTRACT `every`, R-285): counted exactly, and taken back when its basis goes.

A set is counted over the referrals of one ambassador and campaign whose terms say the same N. The reward stands with
the referral that made the set full, or, where that had one which was taken back, with another of the set. The tally's
row is the lock: two friends who qualify at once fill one set.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from plusone.referrals.models import Referral
from plusone.referrals.promising import carried
from plusone.referrals.queries import qualified_in_sets
from plusone.referrals.standing import gives_nothing
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.store.queries import first_order_with_money, has_open_dispute

SET = "set"


def first_money(referral: Referral) -> int | None:
    """Return the money that is left in the friend's first order with money: what percentages count on.

    None without one.
    """
    order = first_order_with_money(referral.friend, since=referral.counts_from)
    return order.money_left if order else None


@transaction.atomic
def note_qualified(referral: Referral, met: bool, *, now: datetime) -> None:
    """Write since when all conditions of a referral hold, or that they hold no longer."""
    if met != (referral.qualified_at is not None):
        referral.qualified_at = now if met else None
        referral.save(update_fields=["qualified_at"])


@transaction.atomic
def settle_sets(referral: Referral, *, lost: str, actor: str, now: datetime) -> None:
    """Reward the ambassador for each full set of friends, and take back what is no longer full."""
    terms = referral.terms
    assert terms is not None
    assert terms.ambassador_reward is not None
    rewards.lock_tally(referral.business, f"campaign:{terms.campaign_id}:client:{referral.ambassador_id}:sets")
    full = qualified_in_sets(referral).count() // terms.every
    given = _given(referral)
    live = given.exclude(state=Reward.State.REVOKED)
    carrier = _carrier(referral, given) if live.count() < full else None
    if carrier is not None and carrier.terms is not None and carrier.terms.ambassador_reward is not None:
        rewards.promise(
            referral.ambassador,
            side=Reward.Side.AMBASSADOR,
            source=("referral", carrier.pk),
            milestone=SET,
            params=carrier.terms.ambassador_reward,
            **carried(carrier.terms, Reward.Side.AMBASSADOR),
            actor=actor,
            now=now,
        )
    held = list(live.select_related("business", "client").order_by("id"))
    hold_back_blocked(held[:full], now=now)
    for reward in held[:full]:
        _move_on(reward, actor=actor, now=now)
    # All beyond the full sets, not the newest alone: that one may have been capped or declined.
    for reward in held[full:]:
        if not reward.is_regardless:
            rewards.revoke(reward, reason=lost, actor=actor, now=now)


def hold_back_blocked(due: Iterable[Reward], *, now: datetime) -> None:
    """Decline what an ambassador would receive who was blocked before it was promised, as the block did with what was
    open then (CASES 78): taking the block back settles all of it anew."""
    mine = [one for one in due if one.side == Reward.Side.AMBASSADOR and one.state == Reward.State.PROMISED]
    if mine and gives_nothing(mine[0].client_id):
        for reward in mine:
            rewards.decline(reward, reason=Reward.Reason.AMBASSADOR_INACTIVE, actor="system", now=now)


def _move_on(reward: Reward, *, actor: str, now: datetime) -> None:
    """Move what a full set has earned on: just now, when its percentage is known, or when a block is lifted."""
    if reward.state != Reward.State.PROMISED:
        return
    carrier = Referral.objects.select_related("business", "friend", "terms").get(pk=reward.source_id)
    basis, is_disputed, flagged = first_money(carrier), has_open_dispute(carrier.friend), carrier.flagged
    rewards.qualify(reward, basis=basis, is_disputed=is_disputed, flagged=flagged, actor=actor, now=now)
    rewards.reserve(reward, basis, actor=actor, now=now)


def is_for_full_set(referral: Referral, reward: Reward) -> bool:
    """Say whether the friends behind a reward for a set make it full now."""
    assert referral.terms is not None
    full = qualified_in_sets(referral).count() // referral.terms.every
    return (
        reward.pk
        in _given(referral).exclude(state=Reward.State.REVOKED).order_by("id").values_list("pk", flat=True)[:full]
    )


def _given(referral: Referral) -> QuerySet[Reward]:
    assert referral.terms is not None
    same = Referral.objects.filter(
        ambassador=referral.ambassador_id, campaign=referral.campaign_id, terms__every=referral.terms.every
    )
    return Reward.objects.filter(
        business=referral.business, source_kind="referral", milestone=SET, source_id__in=same.values("pk")
    )


def _carrier(referral: Referral, given: QuerySet[Reward]) -> Referral | None:
    """Return the referral of a set that a new reward stands with: this one, else the newest that had none."""
    free = qualified_in_sets(referral).filter(terms__ambassador_reward__isnull=False)
    free = free.exclude(pk__in=given.values("source_id")).select_related("terms", "friend", "business")
    return free.filter(pk=referral.pk).first() or free.order_by("-pk").first()
