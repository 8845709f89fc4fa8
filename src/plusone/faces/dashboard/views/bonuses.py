"""Bonuses that wait for a second person (R-006, AUTH-15)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.rewards.commands import decide_bonus
from plusone.rewards.models import Bonus
from plusone.rewards.queries import waiting_bonuses


@staff("balance.adjust")
def index(request: Page) -> HttpResponse:
    """List what waits, the oldest first."""
    page = page_of(waiting_bonuses(request.business).select_related("client"), request.GET, order=("pk",))
    who = actors(request.business, [row.asked_by for row in page.rows])
    rows = [(row, who.get(row.asked_by, ""), row.asked_by == request.actor) for row in page.rows]
    context = {"nav": "clients", "title": _("Bonuses to confirm"), "page": page, "rows": rows}
    return render(request, "dashboard/bonuses.html", context)


@staff("balance.adjust")
@require_POST
def decide(request: Page, bonus: str) -> HttpResponse:
    """Give a bonus that somebody else asked for, or decline it."""
    found = get(request.business, Bonus, bonus)
    found.business = found.client.business = request.business
    act, note = request.POST.get("act"), request.POST.get("note", "")
    if act not in ("approve", "decline"):
        raise NotHere
    if decide_bonus(found, approve=act == "approve", note=note, actor=request.actor, now=request.now):
        messages.success(request, _("The bonus is given.") if act == "approve" else _("Declined."))
    return redirect("b:bonuses", request.business.slug)


urlpatterns = [
    path("bonuses/", index, name="bonuses"),
    path("bonuses/<str:bonus>/decide/", decide, name="bonus_decide"),
]
