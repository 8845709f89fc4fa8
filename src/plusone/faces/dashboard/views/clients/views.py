"""A filter of the list as a tab: kept and let go by who sees all clients (R-075, UX task 19)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.commands import forget_view, save_view
from plusone.clients.models import SavedView
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.errors import Refused

from .filters import Wanted


@staff("clients.all")
@require_POST
def keep(request: Page) -> HttpResponse:
    """Keep the filter of the list as a tab for the team."""
    wanted = Wanted.read(request.POST)
    query = wanted.query() if wanted.is_anything else ""
    try:
        made = save_view(request.business, request.POST.get("name", ""), query, actor=request.actor, now=request.now)
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("“%(name)s” is a tab now.") % {"name": made.name})
    return redirect(reverse("b:clients", args=[request.business.slug]) + query)


@staff("clients.all")
@require_POST
def forget(request: Page, savedview: str) -> HttpResponse:
    """Let a tab go; its clients stay as they are."""
    found = get(request.business, SavedView, savedview)
    if forget_view(found):
        messages.success(request, _("The tab “%(name)s” is gone.") % {"name": found.name})
    return redirect("b:clients", request.business.slug)
