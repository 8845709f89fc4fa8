"""The client's orders: what is still to pay and how, receipts to print, calling one off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.navigation import url_of
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.store import commands
from plusone.store.methods import methods
from plusone.store.models import Order
from plusone.store.queries import orders_of

PAGE_SIZE = 20


@client_page
@require_safe
def orders(request: Page) -> HttpResponse:
    """Show all orders, newest first."""
    page = page_of(orders_of(request.business, client=request.client), request.GET, size=PAGE_SIZE)
    return render(request, "portal/orders.html", {"nav": "store", "title": _("Your orders"), "page": page})


@client_page
@require_safe
def order(request: Page, order: str) -> HttpResponse:
    """Show one order: how to pay it, or its receipt."""
    found = get(request.business, Order, order, client=request.client)
    payment = getattr(found, "payment", None) if found.is_paid else None
    context = {
        "nav": "store",
        "title": _("Order %(number)s") % {"number": found.number},
        "order": found,
        "lines": found.lines.all(),
        "payment": methods[payment.method].label if payment else "",
        "cancel_url": url_of("p:cancel_order", found.public_id, business=request.business),
        "cancel_title": _("Cancel order %(number)s?") % {"number": found.number},
        "refunds": found.refunds.order_by("pk") if found.refunded else (),
    }
    return render(request, "portal/order.html", context)


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Page, order: str) -> HttpResponse:
    """Ask, then call an unpaid order off; what it held of the balance is free again."""
    found = get(request.business, Order, order, client=request.client)
    back = url_of("p:order", found.public_id, business=request.business)
    if request.method == "POST":
        if commands.cancel(found, actor=request.actor, now=request.now):
            messages.success(request, _("The order was cancelled."))
        return redirect(back)
    context = {
        "nav": "store",
        "base": "ui/portal.html",
        "title": _("Cancel order %(number)s?") % {"number": found.number},
        "text": _("Balance that it uses is yours again at once."),
        "act": _("Cancel the order"),
        "tone": "danger",
        "back": back,
    }
    return render(request, "ui/confirm.html", context)


urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/<str:order>/", order, name="order"),
    path("orders/<str:order>/cancel/", cancel, name="cancel_order"),
]
