"""The one place where a no becomes a page, and where a reader's own language is spoken."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.defaults import page_not_found

from plusone.kernel.errors import NotHere, Refused

from .http import came_from

# Nobody is logged in to these: they speak the language of the request, and read no session (CONTRACT, Pages).
STRANGERS = ("/api/", "/r/", "/join/", "/at/", "/u/")

# What a page may be sent, a file and all; the API has a limit of its own. Nothing of more is read.
BODY_MAX = 25_000_000
_TOO_LARGE = gettext_lazy("This is more than can be sent at once (25 MB). Send a smaller file.")
_NUL = gettext_lazy("What was sent holds a character that is none (NUL). Take it out, and send it again.")


def _holds_nul(sent: QueryDict) -> bool:
    return any("\0" in text for _name, texts in sent.lists() for text in texts)


def _is_huge(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isdecimal() and int(length) > BODY_MAX and not request.path.startswith("/api/")


def _wants_a_page(request: HttpRequest, response: HttpResponse) -> bool:
    is_read = request.method in ("GET", "HEAD") and not request.path.startswith(STRANGERS)
    return response.status_code == 405 and is_read and not response.content


def _with_a_way_back(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """Show whoever opens an address that only takes what a form sends where to go instead."""
    refused.content = render_to_string("405.html", {"back": came_from(request)}, request)
    return refused


class FacesMiddleware:
    """Speak the user's language; turn `Refused` into a page with its sentence, `NotHere` into a 404, 405 into a page.

    A view that shows the refusal at its form catches it first. The API answers for itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language that the user chose, if they did."""
        if _is_huge(request):
            return render(request, "ui/refused.html", {"message": _TOO_LARGE, "code": "too_large"}, status=413)
        if not request.path.startswith(STRANGERS):
            language = getattr(request.user, "language", "")
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = language
        response = self.get_response(request)
        return _with_a_way_back(request, response) if _wants_a_page(request, response) else response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Keep a NUL out, which PostgreSQL cannot even be asked for: it is on no keyboard, so no page says it nicer."""
        if request.path.startswith("/api/"):
            return None
        if _holds_nul(request.GET):
            return page_not_found(request, Http404())
        if request.method == "POST" and _holds_nul(request.POST):
            return render(request, "ui/refused.html", {"message": _NUL, "code": "nul"}, status=422)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its sentence and its status."""
        if isinstance(error, NotHere):
            return page_not_found(request, Http404())
        if isinstance(error, Refused):
            return render(request, "ui/refused.html", {"message": error.told, "code": error.code}, status=error.status)
        return None
