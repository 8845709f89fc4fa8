"""The list of clients: search, states, adding one, acting on several."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.clients.commands import activate, archive, create_client
from plusone.clients.models import Client
from plusone.clients.queries import status_counts
from plusone.faces.dashboard.forms import act_once
from plusone.faces.dashboard.telling import activation_lines
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.toasts import with_undo
from plusone.kernel.errors import NotHere
from plusone.referrals.outlook import referrals_by_friend

from .common import PLACES
from .forms import ClientForm

Status = Client.Status


@staff("clients.view")
def index(request: Page) -> HttpResponse:
    """List clients, newest first."""
    counts = status_counts(request.business, **request.own())
    wanted, text = request.GET.get("status", ""), request.GET.get("q", "")
    rows = request.clients()
    if wanted in (Status.LEAD, Status.ACTIVE, Status.ARCHIVED):
        rows = rows.filter(status=wanted)
    if text:
        rows = rows.search(text)
    page = page_of(rows, request.GET)
    referred = referrals_by_friend(request.business, page.rows)
    for referral in referred.values():
        referral.ambassador = request.seen(referral.ambassador)
    lines = activation_lines(
        request.business, [row for row in page.rows if row.is_lead], seen=request.seen, now=request.now
    )
    tabs = [
        ("", _("All"), sum(counts.get(state, 0) for state in (Status.LEAD, Status.ACTIVE, Status.ARCHIVED))),
        (Status.LEAD, _("Leads"), counts.get(Status.LEAD, 0)),
        (Status.ACTIVE, _("Active"), counts.get(Status.ACTIVE, 0)),
        (Status.ARCHIVED, _("Archived"), counts.get(Status.ARCHIVED, 0)),
    ]
    context = {
        "nav": "clients",
        "title": _("Clients"),
        "page": page,
        "rows": [(row, referred.get(row.pk), " ".join(lines.get(row.pk, []))) for row in page.rows],
        "tabs": tabs,
        "wanted": wanted,
        "filtered": bool(text or wanted),
    }
    return render(request, "dashboard/clients/index.html", context)


@staff("clients.manage")
def new(request: Page) -> HttpResponse:
    """Add a client by form (R-070)."""
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = act_once(
            form,
            f"client:{request.business.pk}",
            lambda: (
                create_client(
                    request.business,
                    **form.given(),
                    professional=None if request.may("clients.all") else request.collaborator,
                    actor=request.actor,
                    now=request.now,
                ).public_id
            ),
        )
        if made is not None:
            messages.success(request, _("%(name)s is in your client book.") % {"name": form.cleaned_data["first_name"]})
            if "another" in request.POST:
                return redirect("b:client_new", request.business.slug)
            return redirect("b:client", request.business.slug, made)
    context = {
        "nav": "clients",
        "title": _("Add a client"),
        "form": form,
        "crumbs": [(_("Clients"), reverse("b:clients", args=[request.business.slug])), (_("Add a client"), "")],
    }
    return render(request, "dashboard/clients/new.html", context)


@staff("clients.activate")
@require_POST
def several(request: Page) -> HttpResponse:
    """Activate or archive the picked rows; activating first says who is rewarded with what (R-059)."""
    here = reverse(PLACES.get(request.GET.get("from", ""), "b:clients"), args=[request.business.slug])
    picked = list(request.clients().filter(public_id__in=request.POST.getlist("pick")))
    if not picked:
        messages.warning(request, _("Select at least one row first."))
        return redirect(here)
    for client in picked:
        client.business = request.business
    act = request.POST.get("act", "")
    if act == "archive":
        return _archive(request, picked, here)
    if act != "activate":
        raise NotHere
    leads = [client for client in picked if client.is_lead]
    if "sure" not in request.POST:
        lines = activation_lines(request.business, leads, now=request.now)
        context = {
            "nav": "leads" if request.GET.get("from") == "leads" else "clients",
            "title": ngettext("Activate %(count)s lead?", "Activate %(count)s leads?", len(leads))
            % {"count": len(leads)},
            "rows": [(lead, lines[lead.pk]) for lead in leads],
            "others": len(picked) - len(leads),
            "back": here,
        }
        return render(request, "dashboard/clients/activate_several.html", context)
    done = sum(activate(lead, actor=request.actor, now=request.now) for lead in leads)
    messages.success(
        request,
        ngettext("%(count)s lead is an active client now.", "%(count)s leads are active clients now.", done)
        % {"count": done},
    )
    return redirect(here)


def _archive(request: Page, picked: list[Client], here: str) -> HttpResponse:
    done = [client for client in picked if archive(client, actor=request.actor, now=request.now)]
    query = urlencode(
        {"ids": ",".join(client.public_id for client in done), "from": request.GET.get("from", "clients")}
    )
    undo = f"{reverse('b:clients_bring_back', args=[request.business.slug])}?{query}"
    with_undo(
        request,
        ngettext("%(count)s client is archived.", "%(count)s clients are archived.", len(done)) % {"count": len(done)},
        undo=undo,
    )
    return redirect(here)
