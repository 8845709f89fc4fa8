"""A client's movements in words: what each was for, by friend or order (R-049, R-066)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.ledger.models import Entry, Transfer
from plusone.rewards.models import Reward
from plusone.store.models import Order

from .models import Referral


@dataclass(frozen=True)
class Line:
    """One movement: when, of what kind, what for, how much, and the balance after it."""

    at: datetime
    kind: str
    label: str
    about: str
    amount: int
    running: int
    expires_at: datetime | None
    order: Order | None
    referral: Referral | None = None


def statement_of(business: Business, entries: Sequence[Entry]) -> list[Line]:
    """Return the movements (with transfers and lots at hand) in words, in at most three queries more."""
    rewards = _by_key(Reward.objects.filter(business=business), _keys(entries, "reward"))
    orders = _by_key(Order.objects.filter(business=business), _keys(entries, "order"))
    sources = {reward.source_id for reward in rewards.values() if reward.source_kind == "referral"}
    referrals = _by_key(Referral.objects.filter(business=business).select_related("friend"), sources)
    return [_line(entry, rewards, orders, referrals) for entry in entries]


def _line(entry: Entry, rewards: dict[int, Reward], orders: dict[int, Order], referrals: dict[int, Referral]) -> Line:
    transfer = entry.transfer
    kind, pk = _source(transfer)
    order = orders.get(pk) if kind == "order" else None
    reward = rewards.get(pk) if kind == "reward" else None
    about = transfer.why
    if order is not None:
        about = _("Order %(number)s") % {"number": order.number}
    elif reward is not None:
        about = _about(reward, referrals)
    return Line(
        at=transfer.at,
        kind=transfer.kind,
        label=transfer.what,
        about=about,
        amount=entry.amount,
        running=entry.running or 0,
        expires_at=entry.expires_at,  # type: ignore[attr-defined]  # annotated
        order=order,
        referral=referrals.get(reward.source_id) if reward and reward.source_kind == "referral" else None,
    )


def _about(reward: Reward, referrals: dict[int, Referral]) -> str:
    referral = referrals.get(reward.source_id)
    if reward.side == Reward.Side.FRIEND:
        if reward.step > 1:
            return _("Your gift")
        is_back = referral is not None and referral.returned_from is not None
        return _("Your gift for coming back") if is_back else _("Your welcome gift")
    return _("For recommending %(friend)s") % {"friend": referral.friend.short_name} if referral else ""


def _source(transfer: Transfer) -> tuple[str, int]:
    """Return what a movement is about; one that gives something back is about what the first was."""
    if not transfer.ref_kind and transfer.reverses:
        return transfer.reverses.ref_kind, transfer.reverses.ref_id or 0
    return transfer.ref_kind, transfer.ref_id or 0


def _keys(entries: Iterable[Entry], kind: str) -> set[int]:
    return {pk for found, pk in (_source(entry.transfer) for entry in entries) if found == kind}


def _by_key[M: Model](rows: QuerySet[M], keys: set[int]) -> dict[int, M]:
    return rows.in_bulk(list(keys)) if keys else {}
