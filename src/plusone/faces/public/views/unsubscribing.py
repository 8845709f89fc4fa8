"""Stopping promotional mail: a GET only shows the button, for mail programs open every link (DEL-3, DEL-4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from plusone.clients.commands import set_promotions
from plusone.clients.preferences import client_of_token
from plusone.faces.ui.dead_ends import languages, reader_language
from plusone.faces.ui.http import public, speak
from plusone.kernel.errors import NotHere


# The token in the address is signed and is the proof; mail programs post it without cookies (RFC 8058).
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: Any, token: str) -> HttpResponse:
    """Show the button; on POST note that this client wants no promotions."""
    client = client_of_token(token)
    if client is None:
        raise NotHere
    language = reader_language(request, client.business)
    speak(client.reads() if "lang" not in request.GET else language)
    title = _("News and promotions")
    if request.method == "POST":
        set_promotions(client, False, text=title, source="unsubscribe", actor=f"client:{client.pk}", now=request.now)
        title = _("You are unsubscribed")
    context = {"business": client.business, "title": title, "is_done": request.method == "POST"}
    return _page(request, context)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    response = render(request, "public/unsubscribe.html", {**context, "languages": languages(request)})
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("u/<str:token>", unsubscribe, name="unsubscribe"), path("u/<str:token>/", unsubscribe)]
