"""What the business tells a client in their pages (R-013): a list, and a banner at home until it is read."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.faces.ui.http import Page, client_page
from plusone.faces.ui.pages import page_of
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere
from plusone.messaging.commands import mark_read
from plusone.messaging.models import Message
from plusone.messaging.queries import notices_of


@client_page
def notices(request: Page) -> HttpResponse:
    """List them, newest first."""
    page = page_of(notices_of(request.client), request.GET, size=20)
    has_unread = any(row.read_at is None for row in page.rows)
    context = {
        "nav": "home",
        "title": _("Your notices"),
        "page": page,
        "has_unread": has_unread,
        "read_url": reverse("p:notices_read", args=[request.business.slug]),
    }
    return render(request, "portal/notices.html", context)


@client_page
@require_POST
def read(request: Page) -> HttpResponse:
    """Note that all were read."""
    mark_read(request.client, now=request.now)
    return redirect("p:notices", request.business.slug)


@client_page
@require_POST
def put_away(request: Page, message: str) -> HttpResponse:
    """Take one off the first page."""
    found = get(request.business, Message, message)
    if found.client_id != request.client.pk:
        raise NotHere
    mark_read(request.client, notice=found, now=request.now)
    return redirect("p:home", request.business.slug)


urlpatterns = [
    path("notices/", notices, name="notices"),
    path("notices/read/", read, name="notices_read"),
    path("notices/<str:message>/away/", put_away, name="notice_away"),
]
