"""The client's own data: what there is, a copy of it, and the way to erase it all (R-099, R-333, R-334, UX 21)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plusone.clients.commands import delete_client, withdraw
from plusone.clients.keeping import tables
from plusone.clients.models import Client
from plusone.clients.preferences import PURPOSES, consents_of
from plusone.faces.ui import copies
from plusone.faces.ui.http import Page, client_page, public
from plusone.kernel.errors import NotHere
from plusone.kernel.models import Business, User
from plusone.ledger.queries import balance_of
from plusone.referrals.queries import referrals_of
from plusone.store.models import Order
from plusone.store.queries import orders_of, running_memberships


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: Page) -> HttpResponseBase:
    """Show what is kept; a POST makes the copy, and hands it out where it is ready at once."""
    client = request.client
    if request.method == "POST":
        made = copies.hand_out(client, own=True, actor=request.actor, now=request.now)
        return copies.answer_with(made) if made.ready_at else redirect("p:data", request.business.slug)
    context = {
        "nav": "profile",
        "title": _("My data"),
        "tables": tables(own=True),
        "consents": consents_of(client),
        "copy": copies.latest(client, own=True),
    }
    return render(request, "portal/data.html", context)


@client_page
@require_POST
def take_back(request: Page) -> HttpResponse:
    """Withdraw what was agreed to, by one press (PRI-5)."""
    purpose = request.POST.get("purpose", "")
    if purpose in PURPOSES:
        by: dict[str, Any] = {"actor": request.actor, "now": request.now}
        if withdraw(request.client, purpose, text=_("Withdraw"), source="portal", **by):
            messages.success(request, _("It is withdrawn, from now on."))
    return redirect("p:data", request.business.slug)


@client_page
@require_safe
def file(request: Page) -> HttpResponseBase:
    """Hand out the copy that was made in the background."""
    made = copies.latest(request.client, own=True)
    if made is None or made.ready_at is None:
        raise NotHere
    return copies.answer_with(made)


@client_page
@require_safe
def progress(request: Page) -> HttpResponse:
    """Say whether it is still being made (204: it is ready)."""
    made = copies.latest(request.client, own=True)
    if made is None or made.ready_at is not None:
        return HttpResponse(status=204)
    return render(request, "portal/_copy.html", {"copy": made})


class EraseForm(forms.Form):
    """The typed confirmation."""

    typed = forms.CharField(label=gettext_lazy("Type the first name to confirm"), max_length=80)

    def __init__(self, *args: Any, first_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_name = first_name
        self.fields["typed"].widget.attrs["autocomplete"] = "off"

    def clean_typed(self) -> str:
        """Compare what was typed with the name."""
        text = str(self.cleaned_data["typed"])
        if text.strip().casefold() != self.first_name.casefold():
            raise forms.ValidationError(_("Type %(name)s to confirm."), params={"name": self.first_name})
        return text


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: Page) -> HttpResponse:
    """Say what goes, what stays and why; then erase at once."""
    client, business = request.client, request.business
    form = EraseForm(request.POST if request.method == "POST" else None, first_name=client.first_name)
    if request.method == "POST" and form.is_valid():
        delete_client(client, archive_first=client.is_active, actor=request.actor, now=request.now)
        if not User.objects.filter(pk=request.user.pk or 0).exists():
            logout(request)
        return redirect("p:erased", business.slug)
    waiting = orders_of(business, client=client, state=Order.State.AWAITING_PAYMENT)
    context = {
        "nav": "profile",
        "title": _("Erase my account"),
        "form": form,
        "balance": balance_of(business, client.pk, now=request.now),
        "waiting": waiting.count(),
        "memberships": running_memberships(client).count(),
        "open": sum(row.is_open for row in referrals_of(business, ambassador=client)),
        "elsewhere": _elsewhere(client),
        "stays": list(dict.fromkeys(str(table.stays) for table in tables(own=True) if table.stays)),
    }
    return render(request, "portal/erase.html", context, status=422 if form.errors else 200)


def _elsewhere(client: Client) -> bool:
    """Say whether the same person is a client of another business: that account stays."""
    others = Client.objects.filter(user=client.user, user__isnull=False).exclude(status=Client.Status.DELETED)
    return others.exclude(pk=client.pk).exists()


@public
@require_safe
def erased(request: HttpRequest, business: str) -> HttpResponse:
    """Say that it is done; nobody is asked who they were."""
    found = get_object_or_404(Business, slug=business)
    context = {"business": found, "title": _("Your data has been erased"), "home": reverse("account_login")}
    return render(request, "portal/erased.html", context)


urlpatterns = [
    path("me/data/", data, name="data"),
    path("me/data/withdraw/", take_back, name="withdraw"),
    path("me/data/file/", file, name="data_file"),
    path("me/data/progress/", progress, name="data_progress"),
    path("me/erase/", erase, name="erase"),
    path("erased/", erased, name="erased"),
]
