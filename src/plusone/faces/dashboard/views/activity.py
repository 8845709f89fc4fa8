"""Who did what, when, and to whom: the log, as the owner reads it (PRI-13, DESIGN 4)."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plusone.clients.models import Client
from plusone.connect.queries import team_of
from plusone.events.facts import facts
from plusone.events.models import Event
from plusone.faces.dashboard import telling
from plusone.faces.dashboard.changes import changes
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.kernel import clock

SIZE = 50
ROOMS_OF_ACTORS = ("client", "api", "public", "system")


def _rows(request: Page) -> QuerySet[Event]:
    """Return the events that the filters ask for; what is made up filters nothing."""
    asked, business = request.GET, request.business
    found = Event.objects.filter(business=business)
    who = asked.get("who", "")
    if who.startswith("user:") and who.removeprefix("user:").isdecimal():
        found = found.filter(actor=who)
    elif who in ROOMS_OF_ACTORS:
        found = found.filter(actor__startswith=who)
    if asked.get("kind", "") in facts:
        found = found.filter(name=asked["kind"])
    try:
        day = date.fromisoformat(asked.get("day", ""))
        start, end = clock.day_start(business, day), clock.day_start(business, day + timedelta(days=1))
    except (ValueError, OverflowError):
        return found
    return found.filter(at__gte=start, at__lt=end)


def _people(request: Page) -> list[tuple[str, str]]:
    team = [(f"user:{one.user_id}", one.user.name or one.user.email) for one in team_of(request.business)]
    return [
        *team,
        ("client", _("Clients")),
        ("api", _("Programs")),
        ("public", _("The invitation page")),
        ("system", _("Plusone, by itself")),
    ]


def _group(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Set several lines apart that an import brought one after the other: their days are those of long ago."""
    if not rows[0]["told"].event.imported or len(rows) == 1:
        return {"rows": rows, "brought": 0}
    days = sorted(row["told"].event.at for row in rows)
    return {"rows": rows, "brought": len(rows), "since": days[0], "until": days[-1]}


@staff("settings.manage")
@require_safe
def activity(request: Page) -> HttpResponse:
    """Show the log, newest first."""
    business = request.business
    page = page_of(_rows(request), request.GET, size=SIZE)
    told = telling.history(business, page.rows)
    clients = Client.objects.filter(business=business).in_bulk({one.client_id for one in page.rows if one.client_id})
    changed = changes(business, page.rows)
    rows: list[dict[str, Any]] = [
        {"told": one, "client": clients.get(one.event.client_id or 0), "fields": changed[one.event.pk]} for one in told
    ]
    context = {
        "nav": "activity",
        "title": _("Activity"),
        "lead": _("Who did what, when, and to whom. Nothing here can be changed or deleted."),
        "page": page,
        "groups": [_group(list(some)) for _key, some in groupby(rows, key=lambda row: row["told"].event.imported)],
        "people": _people(request),
        "kinds": sorted(((fact.name, str(fact.says)) for fact in facts), key=lambda kind: kind[1].casefold()),
        "who": request.GET.get("who", ""),
        "kind": request.GET.get("kind", ""),
        "day": request.GET.get("day", ""),
    }
    return render(request, "dashboard/settings/activity.html", context)


urlpatterns = [path("settings/activity/", activity, name="activity")]
