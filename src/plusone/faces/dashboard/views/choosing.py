"""Staff choose a reward for its client, who asked for it at the desk (R-104)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.numbers import whole
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.referrals.commands import choose_reward
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of

from .clients.common import client_of, url_of


@staff("clients.manage")
@require_POST
def choose(request: Page, reward: str) -> HttpResponse:
    """Give the option that the client named, and go back to their profile."""
    found = get(request.business, Reward, reward)
    if not found.options:
        raise NotHere
    client = client_of(request, found.client.public_id)
    found.business, picked = request.business, whole(request.POST.get("option", ""))
    choose_reward(found, -1 if picked is None else picked, actor=request.actor, now=request.now)
    given = {"name": client.full_name, "reward": phrase_of(found)}
    messages.success(request, _("Chosen for %(name)s: %(reward)s.") % given)
    return redirect(url_of(client))


urlpatterns = [path("rewards/<str:reward>/choose/", choose, name="reward_choose")]
