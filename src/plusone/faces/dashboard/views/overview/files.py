"""The overview's tables as files: the same rows and amounts as on the screen."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from plusone.faces.dashboard import figures
from plusone.faces.dashboard.period import period_of
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.sheets import csv_answer
from plusone.insights import queries
from plusone.insights.kpis import kpis
from plusone.kernel import clock
from plusone.kernel.money import plain_money

from .pages import MONTHLY, kpi_of


@staff("insights.view", takes_along=True)
def figure_csv(request: Page, name: str) -> HttpResponseBase:
    """Hand out the rows behind a figure."""
    kpi, scope = kpi_of(name), period_of(request).scope
    rows = figures.plain(kpi, kpi.table(scope), request.business)
    return csv_answer(f"{kpi.name}-{request.business.slug}", figures.header(kpi, request.business), rows)


@staff("insights.view", takes_along=True)
def indicators_csv(request: Page) -> HttpResponseBase:
    """Hand out the key indicators."""
    business, scope = request.business, period_of(request).scope
    said = {"money": business.currency}
    header = [
        _("New client"),
        _("Registered on"),
        _("Active since"),
        _("Status"),
        _("Referred by"),
        _("Income (%(money)s)") % said,
        _("Reward (%(money)s)") % said,
    ]
    rows = (
        [
            row.friend.full_name,
            clock.day_of(business, row.registered_at).isoformat(),
            clock.day_of(business, row.activated_at).isoformat() if row.activated_at else "",
            row.friend.get_status_display(),
            row.ambassador.full_name,
            plain_money(row.income, business.currency),
            plain_money(row.reward, business.currency),
        ]
        for row in queries.indicators(scope)
    )
    return csv_answer(f"new-clients-{business.slug}", header, rows)


@staff("insights.view")
def months_csv(request: Page) -> HttpResponseBase:
    """Hand out the numbers of the charts."""
    business, scope = request.business, period_of(request).scope
    shown = [kpis[name]() for name in MONTHLY]
    header = [_("Month")] + [
        f"{kpi.label} ({business.currency})" if kpi.unit == "money" else str(kpi.label) for kpi in shown
    ]
    rows = (
        [month.first.strftime("%Y-%m")]
        + [
            plain_money(int(month.figures[kpi.name].value or 0), business.currency)
            if kpi.unit == "money"
            else str(month.figures[kpi.name].value)
            for kpi in shown
        ]
        for month in queries.months(scope, MONTHLY)
    )
    return csv_answer(f"months-{business.slug}", header, rows)
