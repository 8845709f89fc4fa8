"""The key indicators: each new client, who recommended them, what they brought and what was given for them (R-038)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Sum

from plusone.clients.models import Client
from plusone.insights import population
from plusone.insights.kpis.base import amount_of
from plusone.insights.scope import Scope
from plusone.ledger.models import Transfer
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.models import Payment, Refund

K = Transfer.Kind


@dataclass(frozen=True)
class Indicator:
    """One new client: income is all they paid by now, reward what their ambassador has of it by now."""

    friend: Client
    ambassador: Client
    registered_at: datetime
    activated_at: datetime | None
    via: str
    income: int
    reward: int


def indicators(scope: Scope, start: int = 0, stop: int | None = None) -> list[Indicator]:
    """Return the friends who registered on the days of the scope, newest first, in one query."""
    rows = _rows(scope).select_related("friend", "ambassador").order_by("-registered_at", "-id")
    return [
        Indicator(
            friend=row.friend,
            ambassador=row.ambassador,
            registered_at=row.registered_at,
            activated_at=row.activated_at,
            via=row.via,
            income=row.income,  # type: ignore[attr-defined]  # annotated below
            reward=row.reward,  # type: ignore[attr-defined]  # annotated below
        )
        for row in rows[start:stop]
    ]


def indicators_total(scope: Scope) -> tuple[int, int, int]:
    """Return how many there are, and the sums of income and reward."""
    found = _rows(scope).aggregate(number=Count("id"), income_all=Sum("income"), reward_all=Sum("reward"))
    return found["number"], found["income_all"] or 0, found["reward_all"] or 0


def _rows(scope: Scope) -> QuerySet[Referral]:
    paid, back = Payment.objects.filter(client=OuterRef("friend")), Refund.objects.filter(client=OuterRef("friend"))
    given = Transfer.objects.filter(
        business=scope.business,
        kind__in=(K.EARN, K.REVOKE),
        ref_kind="reward",
        ref_id__in=Reward.objects.filter(
            business=scope.business,
            source_kind="referral",
            source_id=OuterRef(OuterRef("pk")),
            side=Reward.Side.AMBASSADOR,
        ).values("id"),
    )
    income: Any = amount_of(paid, "amount") - amount_of(back, "to_method")
    return (
        population.counted(scope)
        .filter(scope.during("registered_at"))
        .annotate(income=income, reward=amount_of(given, "amount"))
    )
