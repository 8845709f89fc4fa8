"""The list of orders, one order, its receipt."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from plusone.faces.dashboard.people import actors
from plusone.faces.dashboard.sent_by import SentByForm, asked_who_sent
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.sheets import csv_answer
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.money import plain_money
from plusone.store.methods import methods
from plusone.store.models import Order
from plusone.store.queries import order_counts, orders_of, search_orders

from .forms import PayForm

State = Order.State
PAGE = 30
TABS: dict[str, tuple[str, ...]] = {
    "waiting": (State.AWAITING_PAYMENT,),
    "paid": (State.PAID,),
    "refunded": (State.PARTIALLY_REFUNDED, State.REFUNDED),
    "disputed": (State.DISPUTED,),
    "ended": (State.CANCELLED, State.EXPIRED),
}


def _asked(request: Page) -> QuerySet[Order]:
    rows = orders_of(request.business)
    if states := TABS.get(request.GET.get("state", "")):
        rows = rows.filter(state__in=states)
    return search_orders(rows, request.GET.get("q", ""))


def method_name(method: str) -> str:
    """Return what people call a way to pay."""
    found = methods.get(method)
    return str(found.label) if found else method


@staff("store.view")
def index(request: Page) -> HttpResponse:
    """List the orders, newest first."""
    counts = order_counts(request.business)
    wanted = request.GET.get("state", "")
    labels = {
        "waiting": _("Awaiting payment"),
        "paid": _("Paid"),
        "refunded": _("Refunded"),
        "disputed": _("Disputed"),
        "ended": _("Called off"),
    }
    tabs = [("", _("All orders"), sum(counts.values()), wanted not in TABS)] + [
        (name, labels[name], sum(counts.get(state, 0) for state in states), name == wanted)
        for name, states in TABS.items()
        if name != "disputed" or counts.get(State.DISPUTED) or wanted == name  # most businesses never see one
    ]
    context = {
        "nav": "orders",
        "title": _("Orders"),
        "page": page_of(_asked(request), request.GET, size=PAGE),
        "tabs": tabs,
        "is_filtered": bool(request.GET.get("q") or wanted in TABS),
        "csv": f"{reverse('b:orders_csv', args=[request.business.slug])}?{request.GET.urlencode()}",
    }
    return render(request, "dashboard/store/orders.html", context)


@staff("exports.make")
def export(request: Page) -> HttpResponseBase:
    """Hand out the orders of the screen, all pages of them."""
    business, currency = request.business, request.business.currency
    said = {"money": currency}
    header = [
        _("Order"),
        _("Date"),
        _("Client"),
        _("What"),
        _("Status"),
        _("Total (%(money)s)") % said,
        _("Paid with balance (%(money)s)") % said,
        _("Paid with money (%(money)s)") % said,
        _("Refunded to balance (%(money)s)") % said,
        _("Refunded in money (%(money)s)") % said,
        _("Paid by"),
    ]
    rows = (
        [
            one.number,
            clock.day_of(business, one.placed_at).isoformat(),
            one.client.full_name,
            ", ".join(f"{line.quantity} × {line.name}" for line in one.lines.all()),
            one.get_state_display(),
            *(
                plain_money(amount, currency)
                for amount in (
                    one.total,
                    one.balance_used if one.is_paid else 0,
                    one.due if one.is_paid else 0,
                    one.refunded_to_balance,
                    one.refunded_to_method,
                )
            ),
            method_name(one.payment.method) if hasattr(one, "payment") else "",
        ]
        for one in _asked(request).iterator(chunk_size=1000)
    )
    return csv_answer(f"orders-{business.slug}", header, rows)


@staff("store.view")
def order(request: Page, order: str) -> HttpResponse:
    """Show one order: what, for whom, how it was paid, what was given back."""
    found = _whole(request, order)
    return page(request, found, PayForm(initial={"method": "cash"}), asked_who_sent(request, found.client))


def page(request: Page, found: Order, form: PayForm, sent_by: SentByForm | None) -> HttpResponse:
    """Show an order with the form for its payment, and who sent the client where that may still be said."""
    refunds = list(found.refunds.order_by("id"))
    payment = getattr(found, "payment", None)
    dispute = getattr(found, "dispute", None)
    codes = [one.actor for one in (*refunds, *([payment] if payment else []))]
    who = actors(request.business, codes + ([dispute.opened_by, dispute.closed_by] if dispute else []))
    context = {
        "nav": "orders",
        "title": _("Order %(number)s") % {"number": found.number},
        "crumbs": [
            (_("Orders"), reverse("b:orders", args=[request.business.slug])),
            (found.number, ""),
        ],
        "order": found,
        "payment": payment,
        "method": method_name(payment.method) if payment else "",
        "paid_to": who.get(payment.actor, "") if payment else "",
        "refunds": [(one, who.get(one.actor, "")) for one in refunds],
        "dispute": dispute,
        "disputed_by": who.get(dispute.opened_by, "") if dispute else "",
        "dispute_closed_by": who.get(dispute.closed_by, "") if dispute and dispute.closed_by else "",
        "form": form,
        "sent_by": sent_by,
    }
    return render(request, "dashboard/store/order.html", context)


@staff("store.view")
def receipt(request: Page, order: str) -> HttpResponse:
    """Show what can be printed and handed over."""
    found = _whole(request, order)
    payment = getattr(found, "payment", None)
    context = {
        "nav": "orders",
        "title": _("Receipt %(number)s") % {"number": found.number},
        "order": found,
        "payment": payment,
        "method": method_name(payment.method) if payment else "",
        "refunds": list(found.refunds.order_by("id")),
    }
    return render(request, "dashboard/store/receipt.html", context)


def _whole(request: Page, order: str) -> Order:
    get(request.business, Order, order)
    return orders_of(request.business).get(public_id=order)
