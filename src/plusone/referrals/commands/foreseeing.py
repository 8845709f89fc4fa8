"""What a refund would take from whom: found out by doing it and undoing it, so that every policy is told truly."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from plusone.kernel.models import Business
from plusone.ledger.models import Transfer
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.commands import close_dispute, refund
from plusone.store.models import Order

from .milestones import SET


@dataclass(frozen=True)
class Lost:
    """What a refund takes of a reward: `amount` of it goes, `taken` of that at once, `owed` is a debt. Minor units; of
    what is no money `amount` is 1, and so is `taken` unless it was used.

    `reward` is as it stands before; where it is still to come (`is_pending`) nothing was posted yet.
    """

    reward: Reward
    amount: int
    taken: int
    owed: int
    is_pending: bool


class _Undo(Exception):  # no error: it ends a rehearsal
    """Takes the rehearsal back."""


def foresee_refund(order: Order, amount: int, *, now: datetime) -> list[Lost]:
    """Return which rewards a refund of `amount` would take back. Nothing is changed: the transaction is rolled back."""
    return _foresee(order, lambda: refund(order, amount, actor="system", now=now))


def foresee_lost_dispute(order: Order, *, now: datetime) -> list[Lost]:
    """Return which rewards would be taken back if an order's dispute was lost. Nothing is changed."""
    return _foresee(order, lambda: close_dispute(order, "lost", actor="system", now=now))


def _foresee(order: Order, act: Callable[[], object]) -> list[Lost]:
    brought = Referral.objects.filter(business=order.business, friend=order.client_id)
    if not brought.exists():
        return []
    lost: list[Lost] = []
    try:
        with transaction.atomic():
            before = _rewards(order.business, brought)
            mark = Transfer.objects.filter(business=order.business).aggregate(last=Max("id"))["last"] or 0
            act()
            after = _rewards(order.business, brought)
            lost = [
                Lost(was, gone, *_taken(was, after[key], mark), was.is_open)
                for key, was in before.items()
                if (gone := _gone(was, after[key]))
            ]
            raise _Undo
    except _Undo:
        return lost


def _rewards(business: Business, brought: QuerySet[Referral]) -> dict[int, Reward]:
    """Return the rewards of these recommendations, and of sets, which may stand with another of them."""
    sets = Q(milestone=SET, client__in=brought.values("ambassador"))
    found = Reward.objects.filter(
        Q(source_id__in=brought.values("pk")) | sets, business=business, source_kind="referral"
    )
    return {reward.pk: reward for reward in found.select_related("client").order_by("id")}


def _gone(was: Reward, now_is: Reward) -> int:
    """Return how much of a reward went."""
    if was.state in (Reward.State.REVOKED, Reward.State.PROMISED):
        return 0
    if was.amount is None:
        return int(now_is.state == Reward.State.REVOKED)
    left = 0 if now_is.state == Reward.State.REVOKED else now_is.amount or 0
    return was.amount - left


def _taken(was: Reward, now_is: Reward, mark: int) -> tuple[int, int]:
    """Return how much of what went is taken at once, and what is owed for it."""
    return _posted(was, mark) if was.amount is not None else (1 - now_is.unrecovered, 0)


def _posted(reward: Reward, mark: int) -> tuple[int, int]:
    """Return what left the balance because of this reward since `mark`, and what is owed for it."""
    moved = Transfer.objects.filter(
        business=reward.business, client_id=reward.client_id, id__gt=mark, ref_kind="reward", ref_id=reward.pk
    )
    kinds = dict(moved.order_by().values_list("kind").annotate(total=Sum("amount")))
    return -int(kinds.get(Transfer.Kind.REVOKE, 0)), -int(kinds.get(Transfer.Kind.DEBT, 0))
