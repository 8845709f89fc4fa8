"""The overview, the table behind each figure, and the key indicators."""

from typing import Any

from babel.dates import format_skeleton
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.faces.dashboard import figures
from plusone.faces.dashboard.listing import SIZE, place_of, stretch
from plusone.faces.dashboard.period import Period, period_of
from plusone.faces.ui import charts
from plusone.faces.ui.http import Page, staff
from plusone.insights import queries
from plusone.insights.kpis import Kpi, kpis
from plusone.kernel.errors import NotHere
from plusone.kernel.money import format_money
from plusone.referrals.budgets import budgets_running_out

IMPACT = ("registered_leads", "activated_clients", "products_purchased", "ambassadors", "rewards_issued")
MORE = (
    "generated_income", "commissions", "deleted_leads", "open_leads", "conversion_rate", "rewards_redeemed",
    "outstanding_balance", "visits",
)  # fmt: skip
IF_ANY = ("archived_leads", "renewals", "returned_clients")  # shown where there is something to show
MONTHLY = ("registered_leads", "activated_clients", "generated_income", "rewards_issued")
TOP = 5
NEWEST = 8


def kpi_of(name: str) -> Kpi:
    """Return the figure of an address. Raise NotHere for an unknown one."""
    found = kpis.get(name)
    if found is None:
        raise NotHere
    return found()


@staff("insights.view")
def overview(request: Page) -> HttpResponse:
    """Show the figures of a time, how they went, and who is behind them."""
    period, business = period_of(request), request.business
    found, goals, first = queries.figures_beside(period.scope, list(queries.goals_of(business)))
    months = queries.months(period.scope, MONTHLY, first=first)
    is_empty = not period.scope.campaign and period.preset == "all" and not found["registered_leads"].value

    def tiles(names: tuple[str, ...]) -> list[dict[str, Any]]:
        return [figures.tile(kpis[name](), found[name], business, period.query) for name in names]

    top = queries.ambassadors(
        business,
        since=period.scope.since,
        until=period.scope.until,
        campaign=period.scope.campaign,
        most=TOP,
        with_income=False,
        now=request.now,
    )
    context = {
        "nav": "overview",
        "title": _("Impact overview"),
        "lead": _("What your clients' recommendations brought you."),
        "period": period,
        "budgets": budgets_running_out(business),
        "is_empty": is_empty and not found["visits"].value,
        "impact": tiles(IMPACT),
        "more": tiles((*MORE, *(name for name in IF_ANY if found[name].value))),
        "people_chart": _people_chart(months),
        "income_chart": _income_chart(months, business.currency),
        **_funnel(queries.funnel_of(found)),
        "goals": goals,
        "top": [one for one in top if one.total_leads or one.total_active or one.total_rewards],
        "indicators": queries.indicators(period.scope, 0, NEWEST),
    }
    return render(request, "dashboard/overview/overview.html", context)


@staff("insights.view")
def figure(request: Page, name: str) -> HttpResponse:
    """Show the rows behind a figure; they add up to it."""
    kpi, period = kpi_of(name), period_of(request)
    start = place_of(request.GET)
    rows = [figures.cells(kpi, row, request.business) for row in kpi.page(period.scope, start, start + SIZE + 1)]
    context = {
        "nav": "overview",
        "title": kpi.label,
        "crumbs": _crumbs(request, period, str(kpi.label)),
        "period": period,
        "kpi": kpi,
        "tile": figures.tile(kpi, kpi.figure(period.scope), request.business, period.query),
        "page": stretch(rows, start),
        "csv": reverse("b:figure_csv", args=[request.business.slug, kpi.name]) + period.query,
    }
    return render(request, "dashboard/overview/figure.html", context)


@staff("insights.view")
def indicators(request: Page) -> HttpResponse:
    """Show every new client with who recommended them, income and reward (R-038)."""
    period, start = period_of(request), place_of(request.GET)
    number, income, reward = queries.indicators_total(period.scope)
    context = {
        "nav": "overview",
        "title": _("New clients and who recommended them"),
        "crumbs": _crumbs(request, period, _("New clients")),
        "period": period,
        "page": stretch(queries.indicators(period.scope, start, start + SIZE + 1), start),
        "number": number,
        "income": income,
        "reward": reward,
    }
    return render(request, "dashboard/overview/indicators.html", context)


def _crumbs(request: Page, period: Period, here: str) -> list[tuple[str, str]]:
    return [(_("Impact overview"), reverse("b:overview", args=[request.business.slug]) + period.query), (here, "")]


def _labels(months: list[queries.Month]) -> list[str]:
    locale = (get_language() or "en").replace("-", "_")
    skeleton = "yMMM" if len({one.first.year for one in months}) > 1 else "MMM"
    return [str(format_skeleton(skeleton, one.first, locale=locale)) for one in months]


def _series(months: list[queries.Month], name: str) -> charts.Series:
    return charts.Series(str(kpis[name].label), [int(one.figures[name].value or 0) for one in months])


def _people_chart(months: list[queries.Month]) -> str:
    if len(months) < 2:
        return ""
    names = ("registered_leads", "activated_clients")
    return charts.bar(_("Leads and new clients by month"), _labels(months), [_series(months, name) for name in names])


def _income_chart(months: list[queries.Month], currency: str) -> str:
    if len(months) < 2:
        return ""

    def show(amount: int) -> str:
        return format_money(amount, currency)

    names = ("generated_income", "rewards_issued")
    rows = [_series(months, name) for name in names]
    return charts.line(_("Income and rewards by month"), _labels(months), rows, show=show)


def _funnel(funnel: queries.Funnel) -> dict[str, Any]:
    """Return the chart of the way from a visit to income, and a sentence that names its weakest step."""
    names = {
        "visits": _("Opened a link"),
        "registered_leads": _("Registered"),
        "activated_clients": _("Became a client"),
        "buyers": _("Paid"),
    }
    steps = [(names[name], count) for name, count in funnel.steps]
    losses = {
        1: _("Most people are lost between opening the link and registering. Look at what the invitation promises."),
        2: _("Most people are lost between registering and becoming a client. Contact your open leads soon."),
        3: _("Most people are lost between becoming a client and paying. Make them a first offer."),
    }
    return {
        "funnel": charts.funnel(_("From link to income"), steps) if any(count for _name, count in steps) else "",
        "weakest": losses.get(funnel.weakest or 0, ""),
    }
