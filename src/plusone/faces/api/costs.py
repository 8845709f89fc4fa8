"""`/campaigns/{id}/cost`: what an offer would have cost over the business's own or imported history."""

from datetime import date
from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from plusone.insights.queries import unknown_words, would_cost
from plusone.kernel.access import get
from plusone.referrals.models import Campaign
from plusone.referrals.offers import offer_of

from .call import Call
from .fields import Amount, Found

router = Router(tags=["Campaigns"])

Month = Annotated[str, Field(description="A calendar month of the business: 2026-03.")]


class CostMonth(Found):
    """What would have been given in a month."""

    month: Month
    amount: Amount


class CostOut(Found):
    """What the campaign's offer would have cost in twelve months of the history. Nothing is changed by asking."""

    since: Annotated[date, Field(description="The first day; of a history that ended, of its last year.")]
    until: date
    friends: Annotated[int, Field(description="Recommended friends who registered in that time.")]
    qualified: Annotated[int, Field(description="Of whom the first step's conditions came to hold in that time.")]
    clients: Annotated[int, Field(description="Who would have received something, on either side.")]
    total: Amount
    things: Annotated[int, Field(description="Rewards whose price nobody knows: counted, not valued.")]
    spent: Annotated[int, Field(description="What the friends paid in that time, in minor units.")]
    share: Annotated[float | None, Field(description="`total` in per cent of `spent`; null without any.")]
    worst: Annotated[CostMonth | None, Field(description="The month that cost most.")]
    months: Annotated[list[CostMonth], Field(description="The months with a cost, in their order.")]
    unknown: Annotated[list[str], Field(description="Conditions of which the history has no days, in words.")]


def _month(first: date, amount: int) -> dict[str, Any]:
    return {"month": f"{first:%Y-%m}", "amount": amount}


@router.get("/{campaign_id}/cost", response=CostOut)
def get_campaign_cost(request: Call, campaign_id: str) -> dict[str, Any]:
    """Replay the campaign's newest terms, a draft's too, over the last twelve months of the history."""
    offer = offer_of(get(request.business, Campaign, campaign_id).terms)
    cost = would_cost(request.business, offer, now=request.now)
    return {
        **{name: getattr(cost, name) for name in CostOut.model_fields if name not in ("worst", "months", "share")},
        "share": None if cost.share is None else round(cost.share, 2),
        "worst": _month(*cost.worst) if cost.worst else None,
        "months": [_month(*one) for one in sorted(cost.months.items())],
        "unknown": unknown_words(request.business, cost, offer),
    }
