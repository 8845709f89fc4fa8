"""A disputed payment: noted, won or lost (R-254)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.money import format_money
from plusone.referrals.commands import foresee_lost_dispute
from plusone.store import commands
from plusone.store.models import Dispute, Order
from plusone.store.queries import orders_of

from .acts import says


class DisputeForm(forms.Form):
    """What the bank says."""

    reason = forms.CharField(label=gettext_lazy("What the bank says"), max_length=200, required=False)


@staff("orders.refund")
def dispute(request: Page, order: str) -> HttpResponse:
    """Say what a dispute means, then note it."""
    found = _order(request, order)
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if commands.dispute(found, reason=form.cleaned_data["reason"], actor=request.actor, now=request.now):
            messages.success(request, _("The payment is marked as disputed."))
        return _back(found)
    money = format_money(found.money_left, request.business.currency)
    context: dict[str, Any] = {
        "title": _("Is the payment of order %(number)s disputed?") % {"number": found.number},
        "happens": [
            _("The bank takes %(money)s into question. Nothing is taken back yet.") % {"money": money},
            _("Say here how it ended. A dispute that is lost counts as a refund, for rewards too."),
        ],
        "form": form,
        "act": _("Mark as disputed"),
    }
    return _page(request, found, context)


@staff("orders.refund")
@require_POST
def win(request: Page, order: str) -> HttpResponse:
    """Note that the money stays."""
    found = _order(request, order)
    if commands.close_dispute(found, Dispute.Outcome.WON, actor=request.actor, now=request.now):
        messages.success(request, _("The dispute is won: the money stays, and so do the rewards."))
    return _back(found)


@staff("orders.refund")
def lose(request: Page, order: str) -> HttpResponse:
    """Say what a lost dispute takes from whom, then note it."""
    found = _order(request, order)
    if request.method == "POST":
        if commands.close_dispute(found, Dispute.Outcome.LOST, actor=request.actor, now=request.now):
            messages.success(request, _("The dispute is lost: it counts as a refund."))
        return _back(found)
    if not found.is_disputed:
        return _back(found)
    money = format_money(found.money_left, request.business.currency)
    taken = [says(request, one) for one in foresee_lost_dispute(found, now=request.now)]
    context: dict[str, Any] = {
        "title": _("Is the dispute of order %(number)s lost?") % {"number": found.number},
        "happens": [
            _("The bank has taken %(money)s back. It is written down as a refund.") % {"money": money},
            *(taken or [_("No reward is taken back.")]),
        ],
        "form": None,
        "act": _("The dispute is lost"),
    }
    return _page(request, found, context)


def _order(request: Page, order: str) -> Order:
    return orders_of(request.business).get(pk=get(request.business, Order, order).pk)


def _back(found: Order) -> HttpResponse:
    return redirect("b:order", found.business.slug, found.public_id)


def _page(request: Page, found: Order, context: dict[str, Any]) -> HttpResponse:
    crumbs = [
        (_("Orders"), reverse("b:orders", args=[request.business.slug])),
        (found.number, reverse("b:order", args=[request.business.slug, found.public_id])),
        (_("Dispute"), ""),
    ]
    return render(
        request, "dashboard/store/dispute.html", {"nav": "orders", "order": found, "crumbs": crumbs, **context}
    )
