"""All figures at once, month by month, and as a funnel (R-031..R-044)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from plusone.insights import population
from plusone.insights.kpis import Figure, kpis, measure, measure_parts
from plusone.insights.kpis.base import ratio
from plusone.insights.scope import Scope
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign

FUNNEL = ("visits", "registered_leads", "activated_clients", "buyers")


@dataclass(frozen=True)
class Activated:
    """Activated clients, all of them and by the way they came (Q-02)."""

    total: int
    manual: int
    purchase: int


@dataclass(frozen=True)
class Impact:
    """The figures of a time, as CONTRACT names them. Money in minor units, no rate without registrations."""

    registered_leads: int
    open_leads: int
    activated_clients: Activated
    deleted_leads: int
    generated_income: int
    products_purchased: int
    rewards_issued: int
    rewards_redeemed: int
    outstanding_balance: int
    commissions: int
    ambassadors: int
    conversion_rate: Decimal | None
    visits: int
    archived_leads: int = 0
    renewals: int = 0


def impact(
    business: Business,
    *,
    since: date | None = None,
    until: date | None = None,
    campaign: Campaign | None = None,
    now: datetime,
) -> Impact:
    """Return all figures of the days from `since` to `until`, both included, exact as of now, in one query."""
    found = figures(Scope(business, now, since, until, campaign), list(Impact.__dataclass_fields__))
    values = {name: figure.value for name, figure in found.items()}
    values["activated_clients"] = Activated(  # type: ignore[assignment]  # the one figure with parts
        total=int(found["activated_clients"].value or 0), **found["activated_clients"].more
    )
    return Impact(**values)  # type: ignore[arg-type]  # each value has its figure's unit


def figures(scope: Scope, names: Sequence[str] = ()) -> dict[str, Figure]:
    """Return figures by name, all of them unless some are named, in one query."""
    names = names or [kpi.name for kpi in kpis]
    return dict(zip(names, measure([(kpis[name](), scope) for name in names]), strict=True))


@dataclass(frozen=True)
class Month:
    """The figures of one calendar month, by name."""

    first: date
    figures: dict[str, Figure]


def months(scope: Scope, names: Sequence[str], *, most: int = 24, first: date | None = None) -> list[Month]:
    """Return figures month by month over the days of the scope, oldest first, at most the last `most` months. `first`
    is the day of the first lead, where it is known.

    For figures that are sums over days, whose rows have an `at`; without what stands beside them.
    """
    spans = _spans(scope, most, first)
    if not spans:
        return []
    within = Scope(scope.business, scope.now, spans[0][0], spans[-1][1], scope.campaign)
    sums = measure_parts(
        [(name, part) for name in names for part in kpis[name]().parts(within)],
        [clock.day_start(scope.business, first) for first, _last in spans],
    )
    return [
        Month(first.replace(day=1), {name: Figure(sums[name, place]) for name in names})
        for place, (first, _last) in enumerate(spans)
    ]


def _spans(scope: Scope, most: int, known: date | None) -> list[tuple[date, date]]:
    """Return the months of the scope as first and last day, cut to its days; open ends are the first lead and today."""
    today = clock.day_of(scope.business, scope.now)
    last = min(scope.until, today) if scope.until else today
    first = scope.since or known or _first_day(scope) or last
    spans: list[tuple[date, date]] = []
    while last >= first and len(spans) < most:
        start = last.replace(day=1)
        spans.append((max(start, first), last))
        last = start - timedelta(days=1)
    return spans[::-1]


def _first_day(scope: Scope) -> date | None:
    at = population.counted(scope).order_by("registered_at").values_list("registered_at", flat=True).first()
    return clock.day_of(scope.business, at) if at else None


@dataclass(frozen=True)
class Funnel:
    """How far people came, and between which steps most are lost. `weakest` is the place of the later step."""

    steps: list[tuple[str, int]]
    weakest: int | None


def funnel_of(found: dict[str, Figure]) -> Funnel:
    """Return the way from a visit to income: visits, registered, activated, and the new clients who paid."""
    counts = [int(found[name].value or 0) for name in FUNNEL]
    kept = {
        place: ratio(counts[place], counts[place - 1])
        for place in range(1, len(counts))
        if counts[place - 1] > counts[place]  # nobody is lost where all went on
    }
    weakest = min(kept, key=lambda place: kept[place] or Decimal(0), default=None)
    return Funnel(list(zip(FUNNEL, counts, strict=True)), weakest)
