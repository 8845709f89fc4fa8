"""Saying afterwards who recommended a client (R-211, CASES 15)."""

from difflib import SequenceMatcher

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client, fold
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.ids import clean_code
from plusone.referrals.commands import attach_referral
from plusone.referrals.queries import referral_of

from .common import client_of, crumbs, url_of

SHOWN = 20
NEAR_LOOKED_AT = 500
NEAR_ENOUGH = 0.6


class ReferForm(OnceForm):
    """Who it was, and why it counts though it is late."""

    ambassador = forms.CharField(max_length=22, error_messages={"required": gettext_lazy("Choose who it was.")})
    override_note = forms.CharField(
        label=gettext_lazy("Why it counts all the same"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@staff("referrals.manage")
def referred_by(request: Page, client: str) -> HttpResponse:
    """Find the client who recommended this one by name, e-mail or code, and tie the two."""
    found = client_of(request, client)
    if referral_of(found) is not None:
        messages.info(request, _("It is known already who recommended %(name)s.") % {"name": found.full_name})
        return redirect(url_of(found))
    form = ReferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ambassador = get(request.business, Client, form.cleaned_data["ambassador"])

        def act() -> str:
            attach_referral(
                request.business,
                ambassador,
                found,
                override_note=form.cleaned_data["override_note"],
                actor=request.actor,
                now=request.now,
            )
            return found.public_id

        if act_once(form, f"refer:{found.pk}", act) is not None:
            names = {"ambassador": ambassador.full_name, "name": found.full_name}
            messages.success(request, _("%(ambassador)s recommended %(name)s: noted.") % names)
            return redirect(url_of(found))
    text = request.GET.get("q", "").strip()
    context = {
        "nav": "clients",
        "title": _("Who recommended %(name)s?") % {"name": found.full_name},
        "client": found,
        "form": form,
        "q": text,
        "matches": _matches(found, text),
        "crumbs": crumbs(found, _("Referred by")),
        "show_note": "override_note" in form.errors or bool(form["override_note"].value()),
    }
    return render(request, "dashboard/clients/referred_by.html", context)


def _matches(friend: Client, text: str) -> list[Client]:
    """Return active clients whose name, address, phone or code this is; the closest names first where none is."""
    if not text:
        return []
    active = Client.objects.filter(business=friend.business, status=Client.Status.ACTIVE).exclude(pk=friend.pk)
    by_code = active.filter(code=clean_code(text))
    named = active.filter(pk__in=Client.objects.of(friend.business).search(text))
    found = list((by_code | named).order_by("first_name", "last_name", "id")[:SHOWN])
    if found:
        return found
    return _near(active, fold(text))


def _near(active: QuerySet[Client], text: str) -> list[Client]:
    """Return those whose name begins alike and reads nearly the same, the nearest first."""
    begins = Q()
    for word in text.split():
        begins |= Q(search__startswith=word[:2])

    def likeness(client: Client) -> float:
        return SequenceMatcher(None, text, fold(client.full_name)[: len(text) + 2]).ratio()

    found = sorted(active.filter(begins)[:NEAR_LOOKED_AT], key=likeness, reverse=True)
    return [client for client in found if likeness(client) >= NEAR_ENOUGH][:5]
