"""Automatic steps that were given up, for a person to see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.facts import facts
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
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


def _label(rule: str) -> str:
    default = default_rules.get(rule.removeprefix("default:"))
    return str(default.label) if default else _("A rule of yours")


urlpatterns = [path("failed/", index, name="failed")]
