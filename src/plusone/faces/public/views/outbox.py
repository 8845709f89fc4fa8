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
from plusone.faces.ui.pages import page_of
from plusone.kernel.errors import NotHere
from plusone.kernel.loopback import is_loopback
from plusone.messaging.models import Message
from plusone.messaging.queries import outbox as all_messages

PAGE_SIZE = 50
# What a proxy adds, by whichever name its maker gave it; parts of the header's name.
FORWARDING = (
    "FORWARDED",
    "HTTP_VIA",
    "REAL_IP",
    "CLIENT_IP",
    "CLIENTIP",
    "CONNECTING_IP",
    "USER_IP",
    "EXTERNAL_ADDRESS",
    "ORIGINAL_HOST",
    "HTTP_CF_",
    "CDN_LOOP",
)
HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; frame-ancestors 'self'; sandbox"


@public
@require_safe
def outbox(request: Any) -> HttpResponse:
    """Show the newest messages."""
    page = page_of(_sees(request), request.GET, size=PAGE_SIZE)
    return _private(render(request, "public/outbox.html", {"title": _("Outbox"), "page": page}))


@public
@require_safe
def message(request: Any, message: str) -> HttpResponse:
    """Show one message, its text and what its HTML looks like."""
    found = _one(request, message)
    return _private(render(request, "public/message.html", {"title": found.subject, "message": found}))


@public
@require_safe
def html(request: Any, message: str) -> HttpResponse:
    """Show the HTML part as a mail program would: no scripts, no forms, in a frame of ours only."""
    response = _private(HttpResponse(_one(request, message).html))
    response["Content-Security-Policy"] = HTML_POLICY
    return response


def _one(request: HttpRequest, public_id: str) -> Message:
    found = _sees(request).filter(public_id=public_id).first()
    if found is None:
        raise NotHere
    # Who came by the name `localhost` logged in there, and by its number would have to again.
    if is_loopback(_host(request)) and is_loopback(urlsplit(settings.BASE_URL).hostname or ""):
        here = f"{request.scheme}://{request.get_host()}"
        found.text, found.html = (text.replace(settings.BASE_URL, here) for text in (found.text, found.html))
    return found


def _sees(request: Any) -> QuerySet[Message]:
    """Return the messages this request may see; where the outbox is not to be seen at all, it is not there."""
    messages = all_messages()
    if settings.ENV == "test" or _all_is_local(request):
        return messages
    if settings.ENV != "demo" or not request.user.is_authenticated:
        raise NotHere
    places = [place.business_id for place in businesses_of(request.user)]
    if not places:
        raise NotHere
    return messages.filter(Q(business__in=places) | Q(business=None, to=request.user.email))


def _all_is_local(request: HttpRequest) -> bool:
    """Say whether only this machine can be asking: what was asked for, where we listen, our address, and no proxy.

    A demo may listen to the network (`HOST=0.0.0.0`): then who asks has to be this machine.
    """
    headers = [name for name, value in request.META.items() if name.startswith("HTTP_") and value]
    if any(part in name for name in headers for part in FORWARDING):
        return False
    if settings.ENV == "demo":
        return is_loopback(_host(request)) and is_loopback(str(request.META.get("REMOTE_ADDR", "")))
    hosts = (urlsplit(settings.BASE_URL).hostname or "", settings.BOUND_HOST, _host(request))
    return all(is_loopback(host) for host in hosts)


def _host(request: HttpRequest) -> str:
    return urlsplit(f"//{request.get_host()}").hostname or ""


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    return response


urlpatterns = [
    path("o/", outbox, name="outbox"),
    path("o/<str:message>/", message, name="outbox_message"),
    path("o/<str:message>/html/", html, name="outbox_html"),
]
