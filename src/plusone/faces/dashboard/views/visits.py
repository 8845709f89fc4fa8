"""Clients ▸ Visits: mark who came, one by one or a whole class, and take a mark back (CASES 34)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.agenda.models import Visit
from plusone.agenda.queries import visits_of_day
from plusone.clients.models import Client
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.pages import page_of
from plusone.faces.ui.toasts import with_undo
from plusone.kernel import clock
from plusone.kernel.access import get
from plusone.kernel.ids import public_id

from .clients.common import client_of, url_of

Status = Client.Status
COMING = (Status.ACTIVE, Status.LEAD)
TODAY_MAX = 100


@staff("visits.mark")
def index(request: Page) -> HttpResponse:
    """Find clients and mark them; below stands who came today."""
    text = request.GET.get("q", "").strip()
    rows = request.clients().filter(status__in=COMING)
    if text:
        rows = rows.find(request.business, text)
    page = page_of(rows, request.GET)
    today = list(
        visits_of_day(request.business, clock.today(request.business, request.now)).filter(**request.own("client__"))[
            :TODAY_MAX
        ]
    )
    came = {visit.client_id for visit in today}
    context = {
        "nav": "visits",
        "title": _("Visits"),
        "page": page,
        "rows": [(client, client.pk in came) for client in page.rows],
        "today": today,
        "once": public_id(),
        "filtered": bool(text),
    }
    return render(request, "dashboard/visits.html", context)


@staff("visits.mark")
@require_POST
def mark(request: Page) -> HttpResponse:
    """Mark the picked clients as having come now; the same form sent twice marks once."""
    picked = request.clients().filter(public_id__in=request.POST.getlist("pick"), status__in=COMING)
    token = request.POST.get("once", "")[:40] or public_id()
    visits = []
    for client in picked:
        client.business = request.business
        key = f"desk:{token}:{client.public_id}"
        visits.append(mark_visit(client, key=key, actor=request.actor, now=request.now).visit)
    if not visits:
        messages.warning(request, _("Select at least one row first."))
    else:
        count = ngettext("%(count)s visit is marked.", "%(count)s visits are marked.", len(visits))
        undo = f"{reverse('b:visits_unmark', args=[request.business.slug])}?ids={_ids(visits)}"
        with_undo(request, count % {"count": len(visits)}, undo=undo)
    return redirect("b:visits", request.business.slug)


@staff("visits.mark")
@require_POST
def mark_one(request: Page, client: str) -> HttpResponse:
    """Mark a visit in one tap on the client's profile."""
    found = client_of(request, client)
    token = request.POST.get("once", "")[:40] or public_id()
    marked = mark_visit(found, key=f"desk:{token}:{found.public_id}", actor=request.actor, now=request.now)
    back = f"{reverse('b:visits_unmark', args=[request.business.slug])}?ids={marked.visit.public_id}&client={client}"
    with_undo(request, _("Visit of %(name)s marked.") % {"name": found.full_name}, undo=back)
    return redirect(url_of(found))


@staff("visits.mark")
@require_POST
def unmark(request: Page) -> HttpResponse:
    """Take visits back that were marked by mistake."""
    done = sum(
        unmark_visit(get(request.business, Visit, public), actor=request.actor, now=request.now)
        for public in request.GET.get("ids", "").split(",")[:TODAY_MAX]
        if Visit.objects.filter(business=request.business, public_id=public, **request.own("client__")).exists()
    )
    said = ngettext("%(count)s visit is taken back.", "%(count)s visits are taken back.", done)
    messages.success(request, said % {"count": done})
    if client := request.GET.get("client"):
        return redirect(url_of(client_of(request, client)))
    return redirect("b:visits", request.business.slug)


def _ids(visits: list[Visit]) -> str:
    return ",".join(visit.public_id for visit in visits)


urlpatterns = [
    path("visits/", index, name="visits"),
    path("visits/mark/", mark, name="visits_mark"),
    path("visits/unmark/", unmark, name="visits_unmark"),
    path("clients/<str:client>/visit/", mark_one, name="client_visit"),
]
