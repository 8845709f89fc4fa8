"""How far the business is with what it wants to reach (R-107)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet, Subquery

from plusone.insights import population
from plusone.insights.kpis import Figure, Kpi, kpis, measure
from plusone.insights.kpis.base import measure_beside
from plusone.insights.models import Goal
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business


@dataclass(frozen=True)
class Progress:
    """A goal with its figure by now. `state`: reached, ahead, behind, missed or waiting."""

    goal: Goal
    kpi: Kpi
    value: int
    state: str
    days_left: int

    @property
    def percent(self) -> int:
        """How much of it is reached, 0 to 100."""
        return max(0, min(100, self.value * 100 // self.goal.target))


def goals_of(business: Business) -> QuerySet[Goal]:
    """Return the goals of a business, the one that ends first before the others."""
    return Goal.objects.filter(business=business).order_by("until", "id")


def progress_of(business: Business, goals: Sequence[Goal], *, now: datetime) -> list[Progress]:
    """Return how far each goal is, in one query. A rate counts in hundredths of a per cent."""
    known = known_of(goals)
    return reckoned(business, known, measure(scopes_of(business, known, now=now)), now=now)


def figures_beside(scope: Scope, goals: Sequence[Goal]) -> tuple[dict[str, Figure], list[Progress], date | None]:
    """Return all figures, how far goals are, and the day of the first lead, in one query."""
    names, known = [kpi.name for kpi in kpis], known_of(goals)
    wanted = [(kpis[name](), scope) for name in names] + scopes_of(scope.business, known, now=scope.now)
    first = population.counted(scope).order_by("registered_at").values("registered_at")[:1]
    found, (at,) = measure_beside(wanted, Subquery(first))
    reached = reckoned(scope.business, known, found[len(names) :], now=scope.now)
    return dict(zip(names, found, strict=False)), reached, clock.day_of(scope.business, at) if at else None


def known_of(goals: Iterable[Goal]) -> list[Goal]:
    """Return the goals whose figure there is."""
    return [goal for goal in goals if goal.kpi in kpis]


def scopes_of(business: Business, known: Sequence[Goal], *, now: datetime) -> list[tuple[Kpi, Scope]]:
    """Return which figure over which days each goal is about."""
    return [(kpis[goal.kpi](), Scope(business, now, goal.since, goal.until)) for goal in known]


def reckoned(business: Business, known: Sequence[Goal], figures: Sequence[Figure], *, now: datetime) -> list[Progress]:
    """Return how far each goal is, by its figure."""
    found = []
    for goal, figure in zip(known, figures, strict=True):
        value = int((figure.value or 0) * (10_000 if isinstance(figure.value, Decimal) else 1))
        days_left = (goal.until - clock.day_of(business, now)).days
        found.append(Progress(goal, kpis[goal.kpi](), value, _state(goal, value, days_left), days_left))
    return found


def _state(goal: Goal, value: int, days_left: int) -> str:
    if value >= goal.target:
        return "reached"
    if days_left < 0:
        return "missed"
    whole = (goal.until - goal.since).days + 1
    gone = whole - days_left
    if gone <= 0:
        return "waiting"
    return "ahead" if value * whole >= goal.target * (gone - 1) else "behind"
