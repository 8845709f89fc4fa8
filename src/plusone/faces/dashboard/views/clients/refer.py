"""Saying afterwards who recommended a client (R-211, CASES 15)."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.dashboard.sent_by import matches
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.referrals.commands import attach_referral
from plusone.referrals.queries import asks_who_brought_back, referral_of

from .common import client_of, crumbs, url_of


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
    if referral_of(found) is not None and not asks_who_brought_back(found, now=request.now):
        messages.info(request, _("It is known already who recommended %(name)s.") % {"name": found.full_name})
        return redirect(url_of(found))
    form = ReferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ambassador = get(request.business, Client, form.cleaned_data["ambassador"], **request.own())

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
        "matches": matches(request.business, text, but=found) if text else [],
        "crumbs": crumbs(found, _("Referred by")),
        "show_note": "override_note" in form.errors or bool(form["override_note"].value()),
    }
    return render(request, "dashboard/clients/referred_by.html", context)
