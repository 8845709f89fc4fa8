"""The client chooses one of several rewards (R-104)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.numbers import whole
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere, Refused
from plusone.referrals.commands import choose_reward
from plusone.rewards.models import Reward
from plusone.rewards.queries import option_phrases, phrase_of


@client_page
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Page, reward: str) -> HttpResponse:
    """Show what there is to choose from, and give what was chosen; a second click changes nothing."""
    found = get(request.business, Reward, reward, client=request.client)
    if not found.options:
        raise NotHere
    found.business = request.business
    fault = ""
    if request.method == "POST":
        picked = whole(request.POST.get("option", ""))
        try:
            choose_reward(found, -1 if picked is None else picked, actor=request.actor, now=request.now)
        except Refused as error:
            fault = str(error)
        else:
            messages.success(request, _("Yours: %(reward)s.") % {"reward": phrase_of(found)})
            return redirect("p:home", request.business.slug)
    if found.state != Reward.State.AWAITING_CHOICE and not fault:
        return redirect("p:home", request.business.slug)
    context = {"nav": "home", "title": _("Choose your reward"), "reward": found, "options": option_phrases(found)}
    return render(request, "portal/choose.html", context | {"fault": fault}, status=422 if fault else 200)


urlpatterns = [path("rewards/<str:reward>/", choose, name="choose")]
