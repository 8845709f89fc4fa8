"""Questions about rewards, and a client's whole wallet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, Sum, Value, When, Window

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import Balance, balance_of
from plusone.store.queries import codes_of

from .models import Bonus, Handover, Reward
from .types import types


@dataclass(frozen=True)
class Wallet(Balance):
    """A balance with what is still to come: `pending` is rewards on hold or awaiting approval (CONTRACT)."""

    pending: int = 0


def wallet_of(client: Client, *, pending: int | None = None, now: datetime) -> Wallet:
    """Return a client's balance and what is pending; whoever knows that already saves a query."""
    balance = balance_of(client.business, client.pk, now=now)
    if pending is not None:
        return Wallet(**vars(balance), pending=pending)
    total = Reward.objects.filter(client=client, state__in=Reward.PENDING).aggregate(total=Sum("amount"))["total"]
    return Wallet(**vars(balance), pending=total or 0)


def rewards_of(business: Business, source_kind: str, source_ids: Iterable[int]) -> dict[int, list[Reward]]:
    """Return the rewards of several sources by source, the friend's first."""
    found: dict[int, list[Reward]] = {}
    mine = Reward.objects.filter(business=business, source_kind=source_kind, source_id__in=list(source_ids))
    for reward in mine.select_related("handover").order_by("-side", "id"):
        reward.business = business
        found.setdefault(reward.source_id, []).append(reward)
    return found


def awaiting(business: Business) -> QuerySet[Reward]:
    """Return the rewards that wait for a person, oldest first."""
    return (
        Reward.objects.filter(business=business, state=Reward.State.AWAITING_APPROVAL)
        .select_related("client")
        .order_by("id")
    )


@dataclass(frozen=True)
class Held:
    """What a client's own pages tell of their rewards, in the order of the promises."""

    rewards: list[Reward]

    @property
    def pending(self) -> int:
        """What is to come, in minor units."""
        return sum(reward.amount or 0 for reward in self.rewards if reward.state in Reward.PENDING)

    @property
    def choices(self) -> list[Reward]:
        """What may be chosen now, the oldest first."""
        found = [reward for reward in self.rewards if reward.state == Reward.State.AWAITING_CHOICE]
        return sorted(found, key=lambda reward: (reward.choice_since or reward.promised_at, reward.pk))

    @property
    def things(self) -> list[Reward]:
        """What waits at the desk, the oldest first."""
        found = [reward for reward in self.rewards if reward.waits_at_desk]  # type: ignore[attr-defined]  # annotated
        return sorted(found, key=lambda reward: (reward.granted_at or reward.promised_at, reward.pk))

    @property
    def gifts(self) -> list[Reward]:
        """What was promised for coming."""
        return [one for one in self.rewards if one.side == Reward.Side.FRIEND and one.source_kind == "referral"]


def held_by(client: Client, *, now: datetime) -> Held:
    """Return a client's rewards that are pending, or wait at the desk, and all gifts for coming; one query."""
    at_desk = _at_desk(now)
    gifts = Q(side=Reward.Side.FRIEND, source_kind="referral")
    mine = Reward.objects.filter(Q(state__in=Reward.PENDING) | at_desk | gifts, client=client).order_by("id")
    waits = Case(When(at_desk, then=Value(True)), default=Value(False))
    found: list[Reward] = [*mine.select_related("handover").annotate(waits_at_desk=waits)]
    for reward in found:
        reward.business, reward.client = client.business, client
    return Held(found)


def option_phrases(reward: Reward) -> list[str]:
    """Return what there is to choose from, each option as a phrase."""
    return [types[option["kind"]]().phrase(reward.business, option) for option in reward.options]


def unsettled(client: Client) -> QuerySet[Reward]:
    """Return the rewards of a client that are not settled yet, those that wait for something first; each says how much
    is pending in all (`all_pending`, None for nothing)."""
    order = {Reward.State.AWAITING_CHOICE: 0, Reward.State.AWAITING_APPROVAL: 0, Reward.State.ON_HOLD: 1}
    whens = [When(state=state, then=Value(place)) for state, place in order.items()]
    mine = Reward.objects.filter(client=client, state__in=Reward.OPEN)
    all_pending = Window(Sum("amount", filter=Q(state__in=Reward.PENDING)))
    return mine.annotate(all_pending=all_pending).order_by(Case(*whens, default=Value(len(order))), "-id")


@dataclass(frozen=True)
class Given:
    """What came of several rewards that are not money: the codes of coupons, and what staff have handed over."""

    codes: dict[int, str]
    handed_over: frozenset[int]


def given_of(business: Business, rewards: Iterable[Reward]) -> Given:
    """Return what came of rewards, in a query for coupons and one for what is handed over, where there are such."""
    granted = [reward for reward in rewards if reward.granted_at]
    coupons = [reward.pk for reward in granted if reward.kind == "coupon"]
    things = [reward.pk for reward in granted if types[reward.kind].by_hand]
    done = Handover.objects.filter(business=business, reward__in=things).values_list("reward_id", flat=True)
    return Given(codes_of(business, "reward", coupons) if coupons else {}, frozenset(done) if things else frozenset())


def to_hand_over(business: Business, *, client: Client | None = None, now: datetime) -> QuerySet[Reward]:
    """Return what waits for somebody to hand it over, oldest first; nobody comes for what a deleted client had."""
    found = Reward.objects.filter(_at_desk(now), business=business).exclude(client__status=Client.Status.DELETED)
    if client is not None:
        found = found.filter(client=client)
    return found.select_related("client").order_by("granted_at", "id")


def _at_desk(now: datetime) -> Q:
    kinds = [kind.name for kind in types if kind.by_hand]
    in_time = Q(expires_at=None) | Q(expires_at__gt=now)
    return in_time & Q(state=Reward.State.GRANTED, kind__in=kinds, handover=None)


def phrase_of(reward: Reward, *, as_given: bool = False) -> str:
    """Return what a reward is, in the active language: "€15.00 of balance"; `as_given`: before refunds made it less."""
    # A balance is worth what was posted, which a cap or a refund may have made less than the terms said.
    amount = reward.given if as_given else reward.amount
    worth = {} if amount is None else {"amount": amount}
    return types[reward.kind]().phrase(reward.business, {**reward.params, **worth})


def waiting_bonuses(business: Business) -> QuerySet[Bonus]:
    """Return the bonuses that wait for a second person, oldest first."""
    return Bonus.objects.filter(business=business, state=Bonus.State.WAITING).order_by("pk")
