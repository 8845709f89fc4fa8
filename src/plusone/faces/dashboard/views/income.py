"""Store ▸ Income: all payments minus refunds, by month."""

from babel.dates import format_skeleton
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from plusone.faces.ui import charts
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.sheets import csv_answer
from plusone.kernel.money import format_money, plain_money
from plusone.store.queries import income_by_month

CHART_MONTHS = 24


@staff("insights.view")
def index(request: Page) -> HttpResponse:
    """Show what came in, month by month, and its sum."""
    months, currency = income_by_month(request.business), request.business.currency
    locale = (get_language() or "en").replace("-", "_")
    rows = [
        {"label": format_skeleton("yMMMM", month.date(), locale=locale), "paid": paid, "refunded": back, "net": net}
        for month, paid, back, net in months
    ]
    chart = ""
    if len(months) > 1:
        some = months[:CHART_MONTHS][::-1]
        labels = [format_skeleton("yMMM", month.date(), locale=locale) for month, *_rest in some]
        series = [charts.Series(_("Income"), [net for *_rest, net in some])]
        chart = charts.bar(_("Income by month"), labels, series, show=lambda amount: format_money(amount, currency))
    context = {
        "nav": "income",
        "title": _("Income by month"),
        "lead": _("All money that was paid, minus what was given back, each on its own day. Balance is not income."),
        "rows": rows,
        "chart": chart,
        "paid": sum(paid for _month, paid, _back, _net in months),
        "refunded": sum(back for _month, _paid, back, _net in months),
        "net": sum(net for _month, _paid, _back, net in months),
    }
    return render(request, "dashboard/store/income.html", context)


@staff("exports.make")
def export(request: Page) -> HttpResponseBase:
    """Hand out the months as on the screen."""
    currency = request.business.currency
    heads = [_("Paid (%(money)s)"), _("Refunded (%(money)s)"), _("Income (%(money)s)")]
    header = [_("Month"), *(head % {"money": currency} for head in heads)]
    rows = (
        [month.strftime("%Y-%m"), *(plain_money(amount, currency) for amount in (paid, back, net))]
        for month, paid, back, net in income_by_month(request.business)
    )
    return csv_answer(f"income-{request.business.slug}", header, rows)


urlpatterns = [path("income/", index, name="income"), path("income.csv", export, name="income_csv")]
