"""Clients ▸ Add ▸ Shared link: an address where clients fill in their own details (R-070, R-201)."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.clients.commands import change_signup_link, end_signup_link, open_signup_link
from plusone.clients.models import SignupLink
from plusone.clients.queries import signup_link_of
from plusone.faces.ui.http import Page, staff

from .invite import named_plans


class LinkForm(forms.Form):
    """What people become through the link."""

    becomes = forms.ChoiceField(
        label=gettext_lazy("Who fills it in becomes"), choices=SignupLink.Becomes.choices, widget=forms.RadioSelect
    )


@staff("clients.all")
def link(request: Page) -> HttpResponse:
    """Show the link and its QR code, to hand on."""
    found = signup_link_of(request.business)
    plans = named_plans(request.business) if request.may("orders.sell") else []
    chosen = next((code for code, _name in plans if code == request.GET.get("plan")), "")
    url = f"{settings.BASE_URL}{reverse('signup', args=[found.token])}" if found else ""
    if chosen:
        url += f"?plan={chosen}"
    context = {
        "nav": "clients",
        "title": _("Add a client"),
        "link": found,
        "url": url,
        "plans": plans,
        "chosen": chosen,
        "text": _("Leave your details with %(business)s here:") % {"business": request.business.name},
        "form": LinkForm(initial={"becomes": found.becomes if found else SignupLink.Becomes.ACTIVE}),
        "crumbs": [(_("Clients"), reverse("b:clients", args=[request.business.slug])), (_("Add a client"), "")],
    }
    return render(request, "dashboard/clients/link.html", context)


@staff("settings.manage")
@require_POST
def change(request: Page) -> HttpResponse:
    """Switch the link on or off, renew it, or change what people become."""
    business, act = request.business, request.POST.get("act", "")
    found = signup_link_of(business)
    form = LinkForm(request.POST)
    becomes = form.cleaned_data["becomes"] if form.is_valid() else found.becomes if found else "active"
    if act == "off":
        if end_signup_link(business, actor=request.actor, now=request.now):
            messages.success(request, _("The link is switched off: it leads to nothing any more."))
    elif act == "renew" or found is None:
        open_signup_link(business, becomes=becomes, actor=request.actor, now=request.now)
        said = _("Here is the new link. The one before leads to nothing any more.")
        messages.success(request, said if found else _("The link works. Hand it on."))
    elif change_signup_link(found, becomes, actor=request.actor, now=request.now):
        messages.success(request, _("Saved."))
    return redirect("b:client_link", business.slug)
