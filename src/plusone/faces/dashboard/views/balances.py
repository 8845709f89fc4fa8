"""Store ▸ Balance book: what all clients' balances are worth, month by month, for whoever keeps the accounts."""

import re
from datetime import date, timedelta

from babel.dates import format_skeleton
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.sheets import csv_answer
from plusone.insights import queries
from plusone.kernel import clock
from plusone.kernel.money import plain_money

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")

COLUMNS: dict[str, str | Promise] = {
    "opening": gettext_lazy("Opening"),
    "earned": gettext_lazy("Earned"),
    "brought": gettext_lazy("Brought in"),
    "adjusted": gettext_lazy("Adjusted"),
    "redeemed": gettext_lazy("Used"),
    "reversed": gettext_lazy("Given back"),
    "expired": gettext_lazy("Expired"),
    "revoked": pgettext_lazy("balance", "Taken back"),
    "closing": gettext_lazy("Closing"),
    "held": gettext_lazy("Of it reserved"),
    "available": gettext_lazy("Of it available"),
}


@staff("insights.view")
def index(request: Page) -> HttpResponse:
    """Show a year of the book, and what stood at the end of a month."""
    business, today = request.business, clock.today(request.business, request.now)
    years = queries.book_years(business, now=request.now)
    chosen = _MONTH.fullmatch(request.GET.get("month", ""))
    first = date(int(chosen[1]), int(chosen[2]), 1) if chosen else today.replace(day=1)
    if first > today or (years and first.year < years[-1]):
        first, chosen = today.replace(day=1), None
    year = first.year if chosen else _year(request, years)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    over = bool(chosen) and last < today
    months = queries.balance_book(business, year, now=request.now) if years else []
    rows = [
        {"label": _said(month.first), "month": f"{month.first:%Y-%m}", "amounts": [
            (label, getattr(month, name)) for name, label in COLUMNS.items()
        ]}
        for month in reversed(months)
    ]  # fmt: skip
    context = {
        "nav": "balances",
        "title": _("Balance book"),
        "lead": _("What clients can still use is a debt of the business. A month that is over never changes."),
        "rows": rows,
        "columns": list(COLUMNS.values()),
        "years": years,
        "year": year,
        "stood": queries.snapshot(business, last if over else None, now=request.now) if rows else None,
        "day": last if over else None,
    }
    return render(request, "dashboard/store/balances.html", context)


@staff("exports.make")
def export(request: Page) -> HttpResponseBase:
    """Hand out the months of a year as on the screen."""
    business = request.business
    years = queries.book_years(business, now=request.now)
    year = _year(request, years)
    months = queries.balance_book(business, year, now=request.now) if years else []
    header = [_("Month"), *(f"{label} ({business.currency})" for label in COLUMNS.values())]
    rows = (
        [f"{month.first:%Y-%m}", *(plain_money(getattr(month, name), business.currency) for name in COLUMNS)]
        for month in reversed(months)
    )
    return csv_answer(f"balance-book-{year}-{business.slug}", header, rows)


def _year(request: Page, years: list[int]) -> int:
    """Return the year that was asked for, if it has a book; else this year."""
    asked = request.GET.get("year", "")
    return next((year for year in years if str(year) == asked), clock.today(request.business, request.now).year)


def _said(first: date) -> str:
    return str(format_skeleton("yMMMM", first, locale=(get_language() or "en").replace("-", "_")))


urlpatterns = [path("balances/", index, name="balances"), path("balances.csv", export, name="balances_csv")]
