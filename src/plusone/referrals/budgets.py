"""How far the budgets of campaigns are used (MON-7)."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from plusone.kernel.models import Business
from plusone.rewards.models import Tally
from plusone.rewards.types import types

from .models import Campaign, Terms
from .offers import Offer, offer_of

WARN_PERCENT = 80


@dataclass(frozen=True)
class BudgetUse:
    """How much of a live campaign's budget its rewards have used."""

    campaign: Campaign
    used: int
    budget: int

    @property
    def percent(self) -> int:
        """The whole per cent that are used."""
        return self.used * 100 // self.budget

    @property
    def is_over(self) -> bool:
        """Nothing more is given."""
        return self.used >= self.budget


def budgets_running_out(business: Business) -> list[BudgetUse]:
    """Return the live campaigns that have used most of their budget, in one query."""
    live = Campaign.objects.filter(business=business, state=Campaign.State.ACTIVE)
    newest = Terms.objects.filter(campaign=OuterRef("pk")).order_by("-version").values("budget")[:1]
    rows: QuerySet[Any] = with_used(live).annotate(budget=Subquery(newest)).order_by("id")
    found = [BudgetUse(row, row.used, row.budget) for row in rows if row.used and row.budget]
    return [one for one in found if one.percent >= WARN_PERCENT]


def budget_of(campaign: Campaign, terms: Terms) -> BudgetUse | None:
    """Return the same of one campaign that `with_used` has read; None where there is nothing to warn of."""
    used: int = campaign.used or 0  # type: ignore[attr-defined]  # annotated
    if not campaign.is_active or not terms.budget or not used:
        return None
    found = BudgetUse(campaign, used, terms.budget)
    return found if found.percent >= WARN_PERCENT else None


def with_used(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Write on each campaign what of its budget its rewards have used (`used`)."""
    key = Concat(Value("campaign:"), Cast("pk", CharField()), Value(":budget"))
    tally = Tally.objects.filter(business=OuterRef("business"), key=OuterRef("key"), told_percent__gt=0, told_of__gt=0)
    return campaigns.annotate(key=key).annotate(used=Subquery(tally.values("amount")[:1]))


def as_it_stands(terms: Terms) -> Offer:
    """Return what terms promise to whoever registers now: without what their budget, once it is used up, has nothing
    left for (CASES 88). One query, where there is a budget."""
    offer = offer_of(terms)
    if not offer.budget or not _is_used_up(terms, offer.budget):
        return offer
    steps = [{name: _left(value) for name, value in step.items()} for step in offer.steps]
    back = {name: _left(value) for name, value in offer.returning.items()} if offer.returning else None
    given = {"friend_reward": _left(offer.friend_reward), "ambassador_reward": _left(offer.ambassador_reward)}
    return replace(offer, **given, steps=steps, returning=back)


def _is_used_up(terms: Terms, budget: int) -> bool:
    key = f"campaign:{terms.campaign_id}:budget"
    return Tally.objects.filter(business=terms.business_id, key=key, amount__gte=budget).exists()


def _left(value: Any) -> Any:
    """Return a reward that needs no budget, or whatever is no reward."""
    is_reward = isinstance(value, dict) and value.get("kind") in types
    return None if is_reward and types[value["kind"]].uses_budget else value
