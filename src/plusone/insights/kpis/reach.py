"""How often links were opened: the top of the funnel."""

from collections import Counter
from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext_lazy as _

from plusone.insights.scope import Scope
from plusone.referrals import queries

from .base import Column, Kpi, Part, kpis


@kpis
class Visits(Kpi):
    """How often links were opened by people."""

    name = "visits"
    label = _("Visits")
    definition = _(
        "How often personal links were opened in this time. Programs that only look for a preview do not count."
    )
    columns = (Column("at", _("Date"), "day"), Column("n", _("Visits"), "count"))

    def parts(self, scope: Scope) -> list[Part]:
        """Return the days that are counted, and what came after them."""
        days, tail = queries.visit_rows(scope.business, since=scope.since, until=scope.until, campaign=scope.campaign)
        return [Part(days, F("visits")), Part(tail, Value(1))]

    def rows(self, scope: Scope) -> Any:
        """Return the days with visits, newest first."""
        days, tail = queries.visit_rows(scope.business, since=scope.since, until=scope.until, campaign=scope.campaign)
        found: Counter[Any] = Counter()
        for day, number in days.values_list("day", "visits"):
            found[day] += number
        for visit in tail.values_list("id", flat=True).iterator(chunk_size=2000):
            found[queries.day_of_visit(visit, scope.business.timezone)] += 1
        return [(day, number) for day, number in sorted(found.items(), reverse=True)]

    def _keys(self) -> list[str]:
        return ["at"]
