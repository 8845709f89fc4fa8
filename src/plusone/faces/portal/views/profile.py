"""The client's own details, login and language (R-213)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plusone.clients.commands import edit_client, set_promotions
from plusone.clients.preferences import wants
from plusone.clients.queries import profiles_of
from plusone.connect.queries import businesses_of
from plusone.faces.ui.http import Page, client_page
from plusone.kernel.commands import set_language
from plusone.kernel.errors import Refused


class ProfileForm(forms.Form):
    """What a client may change of themselves; the address is the login, so the business changes it."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("From abroad: with + or 00 and the country code."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    promotions = forms.BooleanField(label=gettext_lazy("Send me news and promotions"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"
        self.fields["phone"].widget.attrs.update({"autocomplete": "tel", "inputmode": "tel", "type": "tel"})


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Page) -> HttpResponse:
    """Show and change them."""
    client = request.client
    now_known = {
        "first_name": client.first_name,
        "last_name": client.last_name,
        "phone": client.phone,
        "language": get_language(),
        "promotions": wants(client),
    }
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=now_known)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            with override(form.cleaned_data["language"]):
                messages.success(request, _("Your details were saved."))
            return redirect("p:profile", request.business.slug)
    context = {
        "nav": "profile",
        "title": _("Your details"),
        "form": form,
        "others": len(profiles_of(client.user)) + len(businesses_of(client.user)) > 1 if client.user else False,
    }
    return render(request, "portal/profile.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(request: Page, form: ProfileForm) -> None:
    typed, client = form.cleaned_data, request.client
    by: dict[str, Any] = {"actor": request.actor, "now": request.now}
    names = {name: typed[name] for name in ("first_name", "last_name", "phone", "language")}
    edit_client(client, **names, **by)
    label = str(form.fields["promotions"].label)
    if typed["promotions"] != wants(client):  # a box that stood ticked and was left so is no consent
        set_promotions(client, typed["promotions"], text=label, source="portal", **by)
    if client.user:
        set_language(client.user, typed["language"], now=request.now)


urlpatterns = [path("me/", profile, name="profile")]
