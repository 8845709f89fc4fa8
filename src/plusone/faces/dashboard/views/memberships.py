"""What staff do with a client's membership: renew it by hand, freeze it, let it run again, end it (4.5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.numbers import whole
from plusone.kernel.access import get
from plusone.kernel.errors import Refused
from plusone.store import commands
from plusone.store.models import Membership


@staff("orders.sell")
@require_POST
def act(request: Page, membership: str) -> HttpResponse:
    """Do what the button says, and go back to the client; a renewal leads to its order, where the rest is paid."""
    found = get(request.business, Membership, membership)
    who: dict[str, Any] = {"actor": request.actor, "now": request.now}
    try:
        match request.POST.get("act"):
            case "renew":
                order = commands.renew(found, after=whole(request.POST.get("after", "")), **who)
                return redirect("b:order", request.business.slug, order.public_id)
            case "freeze":
                commands.freeze(found, **who)
                messages.success(request, _("The membership is frozen."))
            case "unfreeze":
                commands.unfreeze(found, **who)
                messages.success(request, _("The membership runs again."))
            case "cancel":
                commands.cancel_membership(found, **who)
                messages.success(request, _("The membership ends with what is paid."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("b:client_plan", request.business.slug, found.client.public_id)


urlpatterns = [path("memberships/<str:membership>/", act, name="membership_act")]
