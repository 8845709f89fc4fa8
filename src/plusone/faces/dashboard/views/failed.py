"""Automatic steps that were given up, for a person to see."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.facts import facts
from plusone.faces.ui.http import Page, staff
from plusone.rules.defaults import default_rules
from plusone.rules.queries import failed_runs

SHOWN = 50


@staff("settings.manage")
def index(request: Page) -> HttpResponse:
    """List the newest failures, each with what it was about."""
    runs = list(failed_runs(request.business)[:SHOWN])
    ids = {run.event.client_id for run in runs if run.event.client_id}
    found = Client.objects.of(request.business).in_bulk(ids)
    rows = [
        {
            "run": run,
            "label": _label(run.rule),
            "what": str(fact.says) if (fact := facts.get(run.event.name)) else run.event.name,
            "client": found.get(run.event.client_id or 0),
        }
        for run in runs
    ]
    return render(
        request, "dashboard/failed.html", {"nav": "home", "title": _("Automatic steps that failed"), "rows": rows}
    )


def _label(rule: str) -> str:
    default = default_rules.get(rule.removeprefix("default:"))
    return str(default.label) if default else _("A rule of yours")


urlpatterns = [path("failed/", index, name="failed")]
