"""Saying who of the team looks after a client (R-102, R-221)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import assign
from plusone.clients.models import Client
from plusone.connect.queries import team_of
from plusone.faces.dashboard.forms import choose
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.models import Business, Collaborator
from plusone.kernel.permissions import ROLE_NAMES


class ProfessionalForm(forms.Form):
    """One of the team, or nobody."""

    professional = forms.ChoiceField(
        label=gettext_lazy("Who looks after them?"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, business: Business, without: Collaborator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.business = business
        team = [
            (row.public_id, f"{row.user.name or row.user.email} · {ROLE_NAMES.get(row.role, row.role)}")
            for row in team_of(business)
            if row != without
        ]
        choose(self, "professional", [("", _("Nobody in particular")), *team])

    def chosen(self) -> Collaborator | None:
        """Return who was chosen."""
        found = self.cleaned_data["professional"]
        return get(self.business, Collaborator, found) if found else None


@staff("clients.assign")
def one(request: Page, client: str) -> HttpResponse:
    """Give a client to somebody of the team."""
    found = get(request.business, Client, client, **request.own())
    found.business = request.business
    back = reverse("b:client", args=[request.business.slug, client])
    now = found.professional.public_id if found.professional else ""
    form = ProfessionalForm(
        request.POST if request.method == "POST" else None, business=request.business, initial={"professional": now}
    )
    if request.method == "POST" and form.is_valid():
        if assign([found], form.chosen(), actor=request.actor, now=request.now):
            messages.success(request, _("Saved."))
        return redirect(back)
    context = {
        "nav": "clients",
        "title": _("Who looks after %(name)s?") % {"name": found.full_name},
        "form": form,
        "back": back,
        "crumbs": [
            (_("Clients"), reverse("b:clients", args=[request.business.slug])),
            (found.full_name, back),
            (_("Looked after by"), ""),
        ],
    }
    return render(request, "dashboard/team/assign.html", context)


urlpatterns = [
    path("clients/<str:client>/assign/", one, name="client_assign"),
]
