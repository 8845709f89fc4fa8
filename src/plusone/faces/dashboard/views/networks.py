"""Settings ▸ Networks: where many people may register at once without a doubt: own networks and devices (PEERS 77,
FRA-4)."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.faces.dashboard.forms import OnceForm, act_once
from plusone.faces.ui.desk import device_of, mark
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.limits import address_of
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.referrals.commands import add_own_device, add_own_network, remove_own_device, remove_own_network
from plusone.referrals.commands.networks import is_countable, is_own
from plusone.referrals.models import OwnDevice, OwnNetwork


class NetworkForm(OnceForm):
    """An address or a range, and what it is."""

    cidr = forms.CharField(
        label=gettext_lazy("Internet address"),
        max_length=60,
        help_text=gettext_lazy("Such as 203.0.113.7, or a range such as 203.0.113.0/28."),
    )
    name = forms.CharField(
        label=gettext_lazy("What is it?"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Wi-Fi, front desk, kiosk")}),
    )


@staff("settings.manage")
def index(request: Page) -> HttpResponse:
    """List the business's own networks, offer the one the reader is on, and take others."""
    business, here = request.business, address_of(request.META)
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def add() -> str:
            given = form.given()
            made = add_own_network(business, given["cidr"], name=given["name"], actor=request.actor, now=request.now)
            return made.public_id

        if act_once(form, f"network:{business.pk}", add) is not None:
            messages.success(request, _("Saved: many registrations from there are not held back any more."))
            return redirect("b:networks", business.slug)
    context = {
        "nav": "networks",
        "title": _("Networks"),
        "form": form,
        "networks": OwnNetwork.objects.filter(business=business).order_by("pk"),
        "here": here if is_countable(here) else "",
        "is_here": is_own(business, here),
        "once": form.fields["once"].initial,
        "devices": OwnDevice.objects.filter(business=business).order_by("pk"),
        "this_device": device_of(request, business),
    }
    return render(request, "dashboard/settings/networks.html", context, status=422 if form.errors else 200)


@staff("settings.manage")
def remove(request: Page, ownnetwork: str) -> HttpResponse:
    """Ask, then count registrations from there again."""
    found = get(request.business, OwnNetwork, ownnetwork)
    if request.method == "POST":
        found.business = request.business
        remove_own_network(found, actor=request.actor, now=request.now)
        messages.success(request, _("Removed: registrations from there count like any other."))
        return redirect("b:networks", request.business.slug)
    context = {
        "nav": "networks",
        "title": _("Remove %(network)s?") % {"network": found.name or found.cidr},
        "text": _("Registrations from there count like any other again."),
        "act": _("Remove"),
        "back": reverse("b:networks", args=[request.business.slug]),
    }
    return render(request, "ui/confirm.html", context)


@staff("settings.manage")
@require_POST
def mark_device(request: Page) -> HttpResponse:
    """Mark the device that the reader holds as one of the business's own."""
    response = redirect("b:networks", request.business.slug)
    if device_of(request, request.business) is None:
        try:
            about = {"name": request.POST.get("name", ""), "session": request.session.session_key or ""}
            made = add_own_device(request.business, **about, actor=request.actor, now=request.now)
        except Refused as error:
            messages.error(request, error.told)
            return response
        mark(response, made)
    messages.success(request, _("This device is one of yours now: what friends fill in here is not counted."))
    return response


@staff("settings.manage")
def remove_device(request: Page, owndevice: str) -> HttpResponse:
    """Ask, then let a device be one like any other."""
    found = get(request.business, OwnDevice, owndevice)
    if request.method == "POST":
        found.business = request.business
        remove_own_device(found, actor=request.actor, now=request.now)
        messages.success(request, _("Removed: what is filled in there counts like anywhere else."))
        return redirect("b:networks", request.business.slug)
    context = {
        "nav": "networks",
        "title": _("Remove %(network)s?") % {"network": found.name or _("Front desk")},
        "text": _("What is filled in there counts like anywhere else again."),
        "act": _("Remove"),
        "back": reverse("b:networks", args=[request.business.slug]),
    }
    return render(request, "ui/confirm.html", context)


urlpatterns = [
    path("settings/networks/", index, name="networks"),
    path("settings/networks/<str:ownnetwork>/remove/", remove, name="network_remove"),
    path("settings/networks/device/", mark_device, name="device_mark"),
    path("settings/networks/devices/<str:owndevice>/remove/", remove_device, name="device_remove"),
]
