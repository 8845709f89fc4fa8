"""Selling at the desk: choose who, what, and how it is paid (R-259). Made for a thumb."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.faces.dashboard.forms import act_once, acted
from plusone.faces.dashboard.sent_by import asked_who_sent, note_who_sent
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.ledger.queries import balance_of
from plusone.store import commands
from plusone.store.queries import products_of, usable_coupons

from .acts import told_of_payment
from .forms import SaleForm

FOUND_MAX = 12


@staff("orders.sell")
def choose_client(request: Page) -> HttpResponse:
    """Find who buys: the newest ones at once, others by a few letters."""
    text = request.GET.get("q", "")
    clients = request.clients().find(request.business, text).order_by("-id")
    context = {
        "nav": "orders",
        "title": _("Who buys?"),
        "crumbs": [(_("Orders"), reverse("b:orders", args=[request.business.slug])), (_("New sale"), "")],
        "clients": clients[:FOUND_MAX],
        "text": text,
    }
    return render(request, "dashboard/store/sell_client.html", context)


def _form(request: Page, client: Client) -> SaleForm:
    available = balance_of(request.business, client.pk, now=request.now).available
    products = list(products_of(request.business))
    coupons = list(usable_coupons(client, now=request.now))
    return SaleForm(
        request.POST or None, business=request.business, products=products, available=available, coupons=coupons
    )


@staff("orders.sell")
def sell(request: Page, client: str) -> HttpResponse:
    """Sell something to a client: one order, however often the form is sent."""
    business, found = request.business, get(request.business, Client, client, **request.own())
    form, was_lead = _form(request, found), found.is_lead
    sent_by, scope = asked_who_sent(request, found), f"sell:{business.pk}"
    if request.method == "POST" and (done := acted(form, scope)):
        return redirect("b:order", business.slug, done)  # sent twice: the coupon is used up by now
    if request.method == "POST" and form.is_valid() and (sent_by is None or sent_by.is_valid()):

        def act() -> str:
            noted = note_who_sent(request, found, sent_by)
            order = commands.sell(
                business,
                found,
                form.lines(),
                use_balance=form.balance(),
                coupon=form.cleaned_data["coupon"],
                method=form.cleaned_data["method"],
                reference=form.cleaned_data["reference"],
                actor=request.actor,
                now=request.now,
            )
            text = told_of_payment(order, was_lead=was_lead) if order.is_paid else _("The order waits for its payment.")
            for said in filter(None, (noted, text)):
                messages.success(request, said)
            return order.public_id

        if (order := act_once(form, scope, act)) is not None:
            return redirect("b:order", business.slug, order)
    context = {
        "nav": "orders",
        "title": found.full_name,
        "crumbs": [
            (_("Orders"), reverse("b:orders", args=[business.slug])),
            (_("New sale"), reverse("b:sell", args=[business.slug])),
            (found.full_name, ""),
        ],
        "buyer": found,
        "form": form,
        "sent_by": sent_by,
        "is_lead": found.is_lead,
        # What becoming a client alone brings; the purchase itself may fulfil more, so nothing is ruled out here.
        "lines": activation_lines(business, [found], nobody="", now=request.now)[found.pk] if found.is_lead else [],
        **_sums(form),
    }
    return render(request, "dashboard/store/sell.html", context)


@staff("orders.sell")
@require_POST
def preview(request: Page, client: str) -> HttpResponse:
    """Return the sum of what is chosen so far; nothing is sold."""
    form = _form(request, get(request.business, Client, client, **request.own()))
    return render(request, "dashboard/store/sell_sum.html", _sums(form))


def _sums(form: SaleForm) -> dict[str, int]:
    """Return price, discount, balance and rest of what is chosen."""
    if not form.is_bound:
        return {"price": 0, "discount": 0, "from_balance": 0, "rest": 0}
    form.is_valid()
    price = sum(product.price * number for product, number in form.lines())
    discount = form.discount(price)
    total = price - discount
    wanted = form.balance()
    used = min(form.available, total) if wanted is True else min(int(wanted), total)
    return {"price": price, "discount": discount, "from_balance": used, "rest": total - used}
