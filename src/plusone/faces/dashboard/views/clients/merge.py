"""Merging two records of one person, with a look at what will happen first (CASES 21)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import foresee_merge, merge_clients
from plusone.clients.models import Client
from plusone.faces.ui.http import Page, staff
from plusone.kernel.errors import Refused
from plusone.ledger.queries import balance_of

from .common import client_of, crumbs, url_of

SHOWN = 8
DETAILS = {
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
}


@staff("clients.delete")
def merge(request: Page, client: str) -> HttpResponse:
    """Find the other record of a person, say what will happen, and make the two one."""
    found = client_of(request, client)
    asked = (request.POST if request.method == "POST" else request.GET).get("with", "")[:22]
    if request.method == "POST":
        return _merge(request, found, asked)
    text = request.GET.get("q", "").strip()
    context = {
        "nav": "clients",
        "title": _("Merge %(name)s with…") % {"name": found.full_name},
        "client": found,
        "q": text,
        "matches": _matches(request, found, text) if text else [],
        "crumbs": crumbs(found, _("Merge")),
        **(_foreseen(request, found, client_of(request, asked)) if asked else {}),
    }
    return render(request, "dashboard/clients/merge.html", context)


def _merge(request: Page, kept: Client, asked: str) -> HttpResponse:
    gone = _other(request, asked)
    name = gone.full_name
    merge_clients(kept, gone, actor=request.actor, now=request.now)
    messages.success(request, _("%(name)s is merged into this record now.") % {"name": name})
    return redirect(url_of(kept))


def _other(request: Page, asked: str) -> Client:
    """Return the other record; one that was merged a moment ago is refused with a sentence, not as unknown."""
    gone = Client.objects.select_related("user").filter(business=request.business, public_id=asked).first()
    if gone is None:
        return client_of(request, asked)
    gone.business = request.business
    return gone


def _matches(request: Page, client: Client, text: str) -> list[Client]:
    others = Client.objects.of(request.business).exclude(pk=client.pk).exclude(status=Client.Status.INVITED)
    return list(others.find(request.business, text).order_by("first_name", "last_name", "id")[:SHOWN])


def _foreseen(request: Page, kept: Client, gone: Client) -> dict[str, Any]:
    try:
        found = foresee_merge(kept, gone, actor=request.actor, now=request.now)
    except Refused as error:
        return {"other": gone, "refused": error.told}
    return {
        "other": gone,
        "moved": found.moved,
        "filled": [DETAILS[name] for name in found.filled],
        "balance": balance_of(request.business, gone.pk, now=request.now).available,
    }
