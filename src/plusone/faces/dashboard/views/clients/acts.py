"""Activating, archiving, bringing back and deleting one client: the same code from profile, table and leads (R-059)."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients import commands
from plusone.clients.models import Client
from plusone.faces.dashboard.forms import show_refusal
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.ui import copies
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.toasts import with_undo
from plusone.kernel.errors import NotHere, Refused
from plusone.ledger.queries import balance_of
from plusone.referrals.queries import referrals_of

from .common import PLACES, back_to, client_of, crumbs, is_deleted, url_of
from .forms import DeleteForm


@staff("clients.activate")
def activate(request: Page, client: str) -> HttpResponse:
    """Say who will receive what, then make the lead an active client."""
    found = client_of(request, client)
    if request.method != "POST":
        context = {
            "nav": "clients",
            "title": _("Activate %(name)s?") % {"name": found.full_name},
            "text": _text(request, found),
            "act": _("Activate"),
            "back": back_to(request, found),
        }
        return render(request, "ui/confirm.html", context)
    if commands.activate(found, actor=request.actor, now=request.now):
        messages.success(request, _("%(name)s is an active client now.") % {"name": found.full_name})
    else:
        messages.info(request, _("%(name)s was active already.") % {"name": found.full_name})
    return redirect(back_to(request, found))


def _text(request: Page, client: Client) -> str:
    said = activation_lines(request.business, [client], now=request.now)[client.pk]
    if client.is_invited:
        said = [_("The invitation is over then; they log in with a code by mail."), *said]
    return " ".join(said)


@staff("clients.activate")
def archive(request: Page, client: str) -> HttpResponse:
    """Put a client or lead aside; the message offers to undo it."""
    found = client_of(request, client)
    if request.method != "POST":
        context = {
            "nav": "clients",
            "title": _("Archive %(name)s?") % {"name": found.full_name},
            "text": _("Nothing is lost: balance and history stay, and you can bring them back."),
            "act": _("Archive"),
            "back": back_to(request, found),
        }
        return render(request, "ui/confirm.html", context)
    if commands.archive(found, reason=request.POST.get("reason", ""), actor=request.actor, now=request.now):
        undo = f"{url_of(found, 'client_reactivate')}?{request.GET.urlencode()}"
        with_undo(request, _("%(name)s is archived.") % {"name": found.full_name}, undo=undo)
    return redirect(back_to(request, found))


@staff("clients.activate")
@require_POST
def reactivate(request: Page, client: str) -> HttpResponse:
    """Bring an archived client back to where they stood."""
    found = client_of(request, client)
    if commands.reactivate(found, actor=request.actor, now=request.now):
        messages.success(request, _("%(name)s is back.") % {"name": found.full_name})
    return redirect(back_to(request, found))


@staff("clients.delete")
def delete(request: Page, client: str) -> HttpResponse:
    """Delete a lead, or an archived client after the name was typed; say what stays and why (R-097, Q-05)."""
    try:
        found = client_of(request, client)
    except NotHere:
        if not is_deleted(request, client):
            raise
        messages.info(request, _("This client was deleted already."))  # in another tab, or by a colleague
        return redirect(PLACES.get(request.GET.get("from", ""), "b:clients"), request.business.slug)
    form = DeleteForm(request.POST or None, first_name=found.first_name, typed=not found.is_lead)
    name = found.full_name
    if request.method == "POST" and form.is_valid():
        try:
            commands.delete_client(found, reason=form.cleaned_data["reason"], actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("%(name)s was deleted for good.") % {"name": name})
            return redirect(PLACES.get(request.GET.get("from", ""), "b:clients"), request.business.slug)
    context = {
        "nav": "clients",
        "title": _("Delete %(name)s for good?") % {"name": name},
        "client": found,
        "form": form,
        "balance": balance_of(request.business, found.pk, now=request.now),
        "open": sum(row.is_open for row in referrals_of(request.business, ambassador=found)),
        "crumbs": crumbs(found, _("Delete")),
        "back": back_to(request, found),
    }
    return render(request, "dashboard/clients/delete.html", context)


@staff("exports.make")
@require_POST
def export(request: Page, client: str) -> HttpResponseBase:
    """Hand out a copy of what is kept about a client, for them (R-334)."""
    found = client_of(request, client)
    known = copies.fresh(found, own=False, now=request.now)
    made = known or copies.hand_out(found, own=False, actor=request.actor, now=request.now)
    if made.ready_at:
        return copies.answer_with(made)
    messages.info(request, _("There is much: the copy is being made. Ask for it again in a minute."))
    return redirect(url_of(found))
