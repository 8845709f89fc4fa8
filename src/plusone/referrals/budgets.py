"""How far the budgets of campaigns are used (MON-7)."""

from dataclasses import dataclass

from plusone.kernel.models import Business
from plusone.rewards.models import Tally

from .models import Campaign

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
    """Return the live campaigns that have used most of their budget; one query where none has."""
    told = Tally.objects.filter(business=business, told_percent__gt=0, key__startswith="campaign:", told_of__gt=0)
    used = {int(key.split(":")[1]): amount for key, amount in told.values_list("key", "amount")}
    if not used:
        return []
    live = Campaign.objects.filter(business=business, pk__in=used, state=Campaign.State.ACTIVE).order_by("id")
    found = [
        BudgetUse(campaign, used[campaign.pk], terms.budget)
        for campaign in live.prefetch_related("versions")
        for terms in [max(campaign.versions.all(), key=lambda terms: terms.version)]
        if terms.budget
    ]
    return [one for one in found if one.percent >= WARN_PERCENT]
