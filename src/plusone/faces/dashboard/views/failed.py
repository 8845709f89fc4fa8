"""Automatic steps that were given up, for a person to see."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.events.facts import facts
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.rules.commands import retry_failed, set_failed_aside
from plusone.rules.defaults import default_rules
from plusone.rules.queries import failed_runs


@staff("settings.manage")
def index(request: Page) -> HttpResponse:
    """List the failures, newest first, each with what it was about."""
    page = page_of(failed_runs(request.business), request.GET)
    ids = {run.event.client_id for run in page.rows if run.event.client_id}
    found = Client.objects.of(request.business).in_bulk(ids)
    rows = [
        {
            "run": run,
            "label": _label(run.rule),
            "what": str(fact.says) if (fact := facts.get(run.event.name)) else run.event.name,
            "client": found.get(run.event.client_id or 0),
        }
        for run in page.rows
    ]
    title = _("Automatic steps that failed")
    return render(request, "dashboard/failed.html", {"nav": "home", "title": title, "rows": rows, "page": page})


@staff("settings.manage")
@require_POST
def again(request: Page) -> HttpResponse:
    """Try them anew."""
    count = retry_failed(request.business)
    said = ngettext("%(count)s step is tried again.", "%(count)s steps are tried again.", count)
    messages.success(request, said % {"count": count})
    return redirect("b:home", request.business.slug)


@staff("settings.manage")
@require_POST
def aside(request: Page) -> HttpResponse:
    """Have done with them."""
    count = set_failed_aside(request.business)
    messages.success(
        request, ngettext("%(count)s step is put aside.", "%(count)s steps are put aside.", count) % {"count": count}
    )
    return redirect("b:home", request.business.slug)


def _label(rule: str) -> str:
    default = default_rules.get(rule.removeprefix("default:"))
    return str(default.label) if default else _("A rule of yours")


urlpatterns = [
    path("failed/", index, name="failed"),
    path("failed/again/", again, name="failed_again"),
    path("failed/aside/", aside, name="failed_aside"),
]
