"""The outbox of a trial: what was written, for whoever tries it out without a mail server (CONTRACT, Commands).

Login codes are in it, so it is not there for anybody else: see `_sees`.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plusone.connect.queries import businesses_of
from plusone.faces.ui.http import public
from plusone.faces.ui.local import all_is_local, host_of
from plusone.faces.ui.pages import page_of
from plusone.kernel.errors import NotHere
from plusone.kernel.loopback import is_loopback
from plusone.messaging.models import Message
from plusone.messaging.queries import outbox as all_messages
from plusone.messaging.texts import templates

PAGE_SIZE = 50
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; frame-ancestors 'self'; sandbox"


@public
@require_safe
def outbox(request: Any) -> HttpResponse:
    """Show the newest messages."""
    page = page_of(_sees(request), request.GET, size=PAGE_SIZE)
    for one in page.rows:
        one.called = _called(one)  # type: ignore[attr-defined]  # for the template alone
    return _private(render(request, "public/outbox.html", {"title": _("Outbox"), "page": page}))


@public
@require_safe
def message(request: Any, message: str) -> HttpResponse:
    """Show one message, its text and what its HTML looks like."""
    found = _one(request, message)
    return _private(render(request, "public/message.html", {"title": _called(found), "message": found}))


@public
@require_safe
def html(request: Any, message: str) -> HttpResponse:
    """Show the HTML part as a mail program would: no scripts, no forms, in a frame of ours only."""
    response = _private(HttpResponse(_one(request, message).html))
    response["Content-Security-Policy"] = HTML_POLICY
    return response


def _called(message: Message) -> str:
    """Return the subject of a message; of one that was never written, what kind it would have been."""
    return message.subject or (str(kind.label) if (kind := templates.get(message.template)) else message.template)


def _one(request: HttpRequest, public_id: str) -> Message:
    found = _sees(request).filter(public_id=public_id).first()
    if found is None:
        raise NotHere
    # Who came by the name `localhost` logged in there, and by its number would have to again.
    if is_loopback(host_of(request)) and is_loopback(urlsplit(settings.BASE_URL).hostname or ""):
        here = f"{request.scheme}://{request.get_host()}"
        found.text, found.html = (text.replace(settings.BASE_URL, here) for text in (found.text, found.html))
    return found


def _sees(request: Any) -> QuerySet[Message]:
    """Return the messages this request may see; where the outbox is not to be seen at all, it is not there."""
    messages = all_messages()
    if settings.ENV == "test" or all_is_local(request):
        return messages
    if settings.ENV != "demo" or not request.user.is_authenticated:
        raise NotHere
    places = [place.business_id for place in businesses_of(request.user)]
    if not places:
        raise NotHere
    return messages.filter(Q(business__in=places) | Q(business=None, to=request.user.email))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response


urlpatterns = [
    path("o/", outbox, name="outbox"),
    path("o/<str:message>/", message, name="outbox_message"),
    path("o/<str:message>/html/", html, name="outbox_html"),
]
