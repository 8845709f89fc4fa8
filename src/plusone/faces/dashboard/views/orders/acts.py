"""Payments, cancellations and refunds, each asked for once more and done once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.faces.dashboard.forms import act_once, acted
from plusone.faces.dashboard.sent_by import asked_who_sent, note_who_sent
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.tags.texts import money_plain
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.kernel.money import format_money, parse_money
from plusone.referrals.commands import Lost, foresee_refund
from plusone.rewards.queries import phrase_of
from plusone.store import commands
from plusone.store.models import Order
from plusone.store.queries import orders_of, refund_split

from .book import page
from .forms import PayForm, RefundForm


@staff("orders.sell")
@require_POST
def pay(request: Page, order: str) -> HttpResponse:
    """Record that the money came."""
    found = orders_of(request.business).get(pk=get(request.business, Order, order).pk)
    was_lead = found.client.is_lead
    form, sent_by = PayForm(request.POST), asked_who_sent(request, found.client)
    if form.is_valid() and (sent_by is None or sent_by.is_valid()):

        def act() -> str:
            noted = note_who_sent(request, found.client, sent_by)
            commands.pay(found, **form.given(), actor=request.actor, now=request.now)
            if noted:
                messages.success(request, noted)
            return found.public_id

        if act_once(form, f"pay:{found.pk}", act) is not None:
            messages.success(request, told_of_payment(found, was_lead=was_lead))
            return redirect("b:order", request.business.slug, found.public_id)
    return page(request, found, form, sent_by)


def told_of_payment(order: Order, *, was_lead: bool) -> str:
    """Return what a payment did, in a sentence."""
    client = Client.objects.get(pk=order.client_id)
    if was_lead and client.is_active:
        return _("Paid. %(name)s is an active client now.") % {"name": client.full_name}
    return _("Paid.")


@staff("orders.sell")
def cancel(request: Page, order: str) -> HttpResponse:
    """Call off an order that was not paid, after asking."""
    found = get(request.business, Order, order)
    back = reverse("b:order", args=[request.business.slug, found.public_id])
    if request.method != "POST":
        text = _("Nobody has to pay it any more.")
        if found.balance_used:
            money = format_money(found.balance_used, request.business.currency)
            text = _("Nobody has to pay it any more, and %(money)s of balance are free again.") % {"money": money}
        context = {
            "nav": "orders",
            "title": _("Cancel order %(number)s?") % {"number": found.number},
            "text": text,
            "act": _("Cancel the order"),
            "tone": "danger",
            "back": back,
            "keep": _("Keep the order"),  # in Spanish "Cancel" twice would be two promises
        }
        return render(request, "ui/confirm.html", context)
    if commands.cancel(found, actor=request.actor, now=request.now):
        messages.success(request, _("The order is cancelled."))
    return redirect(back)


@staff("orders.refund")
def refund(request: Page, order: str) -> HttpResponse:
    """Say what a refund gives back and takes away, then do it (R-030): nothing but what was said."""
    found = orders_of(request.business).get(pk=get(request.business, Order, order).pk)
    back = redirect("b:order", request.business.slug, found.public_id)
    asked = (request.POST if request.method == "POST" else request.GET).get("amount", "")
    form, scope = RefundForm(request.POST or None), f"refund:{found.pk}"
    if request.method == "POST" and acted(form, scope):
        return back  # sent twice: what is left to refund is less by now
    if not found.refundable and request.method != "POST":
        messages.info(request, _("Nothing of this order is left to refund."))
        return back
    amount, error = _amount(found, asked, request.business.currency)
    # Whoever types another sum and presses the button of the one from before has not read what the new one does.
    shown = request.POST.get("shown", asked)
    is_changed = "work" not in request.POST and _amount(found, shown, request.business.currency)[0] != amount
    is_meant = "work" not in request.POST and not is_changed
    if request.method == "POST" and not error and is_meant and form.is_valid():

        def act() -> str:
            reason = form.cleaned_data["reason"]
            return commands.refund(found, amount, reason=reason, actor=request.actor, now=request.now).public_id

        if act_once(form, scope, act) is not None:
            money = format_money(amount, request.business.currency)
            messages.success(request, _("%(money)s were refunded.") % {"money": money})
            return back
    to_balance, to_method = refund_split(found, amount)
    context = {
        "nav": "orders",
        "title": _("Refund order %(number)s") % {"number": found.number},
        "crumbs": [
            (_("Orders"), reverse("b:orders", args=[request.business.slug])),
            (found.number, reverse("b:order", args=[request.business.slug, found.public_id])),
            (_("Refund"), ""),
        ],
        "order": found,
        "form": form,
        "error": error,
        "is_changed": is_changed,
        "typed": asked or money_plain(found.refundable, request.business),
        "amount": amount,
        "amount_plain": money_plain(amount, request.business),
        "to_balance": to_balance,
        "to_method": to_method,
        "is_all": amount == found.refundable,
        "lost": [says(request, one) for one in foresee_refund(found, amount, now=request.now)],
    }
    return render(request, "dashboard/store/refund.html", context)


def _amount(order: Order, text: str, currency: str) -> tuple[int, str]:
    """Return the amount to give back, all that is left unless one was typed, and what is wrong with it."""
    if not text.strip():
        return order.refundable, ""
    try:
        amount = parse_money(text, currency)
    except Refused as error:
        return order.refundable, str(error)
    if amount <= 0:
        return order.refundable, _("The amount to refund is more than zero.")
    if amount > order.refundable:
        left = format_money(order.refundable, currency)
        return order.refundable, _("Only %(money)s of this order are left to refund.") % {"money": left}
    return amount, ""


def says(request: Page, lost: Lost) -> str:
    """Return what a refund takes from whom."""
    currency = request.business.currency
    amounts = {"money": lost.amount, "taken": lost.taken, "owed": lost.owed}
    said = {name: format_money(amount, currency) for name, amount in amounts.items()}
    said["name"] = lost.reward.client.full_name
    if lost.reward.amount is None:
        said["reward"] = phrase_of(lost.reward)
        if lost.is_pending:
            return _("%(name)s will not receive %(reward)s, which was under way.") % said
        if lost.taken:
            return _("%(name)s loses %(reward)s.") % said
        return _("%(name)s has used %(reward)s already, so it cannot be taken back.") % said
    if lost.is_pending:
        return _("%(name)s will not receive %(money)s of a reward that was under way.") % said
    if lost.owed and not lost.taken:
        return _("%(name)s loses %(money)s of reward: it is spent already, and stays owed.") % said
    if lost.owed:
        return _("%(name)s loses %(money)s of reward: %(taken)s at once; %(owed)s stay owed.") % said
    if lost.taken == lost.amount:
        return _("%(name)s loses %(money)s of reward.") % said
    if lost.taken:
        return _("%(name)s loses %(taken)s of %(money)s of reward; the rest is spent already.") % said
    return _("The %(money)s of reward that %(name)s received are spent already and cannot be taken back.") % said
