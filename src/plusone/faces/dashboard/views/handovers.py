"""Products and other things that clients are to receive from somebody's hand (Q-25)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.referrals.outlook import recommendations_behind
from plusone.rewards import commands
from plusone.rewards.models import Reward
from plusone.rewards.queries import to_hand_over


@staff("clients.view")
def index(request: Page) -> HttpResponse:
    """List what waits for a hand, the longest first."""
    waiting = to_hand_over(request.business, now=request.now).filter(**request.own("client__"))
    page = page_of(waiting.select_related("business"), request.GET, order=("granted_at", "pk"))
    may_see = request.may("campaigns.view")
    why = recommendations_behind(request.business, [reward.pk for reward in page.rows]) if may_see else {}
    rows = [(reward, why.get(reward.pk)) for reward in page.rows]
    context = {"nav": "leads", "title": _("To hand over"), "page": page, "rows": rows}
    return render(request, "dashboard/handovers.html", context)


@staff("clients.manage")
@require_POST
def done(request: Page, reward: str) -> HttpResponse:
    """Note that a reward was handed over."""
    found = get(request.business, Reward, reward, **request.own("client__"))
    if commands.hand_over(found, actor=request.actor, now=request.now):
        messages.success(request, _("Handed over."))
    if "profile" in request.POST:
        return redirect("b:client_plan", request.business.slug, found.client.public_id)
    return redirect("b:handovers", request.business.slug)


urlpatterns = [
    path("handovers/", index, name="handovers"),
    path("handovers/<str:reward>/", done, name="handover_done"),
]
