"""The one place where a no becomes a page, and where a reader's own language is spoken."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.defaults import page_not_found

from plusone.kernel.errors import NotHere, Refused

# Nobody is logged in to these: they speak the language of the request, and read no session (CONTRACT, Pages).
STRANGERS = ("/api/", "/r/", "/join/", "/at/", "/u/")


# What a page may be sent, a file and all; the API has a limit of its own. Nothing of more is read.
BODY_MAX = 25_000_000
_TOO_LARGE = gettext_lazy("This is more than can be sent at once (25 MB). Send a smaller file.")


def _is_huge(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isdecimal() and int(length) > BODY_MAX and not request.path.startswith("/api/")


class FacesMiddleware:
    """Speak the user's language; turn `Refused` into a page with its sentence, `NotHere` into a 404.

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
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal with its sentence and its status."""
        if isinstance(error, NotHere):
            return page_not_found(request, Http404())
        if isinstance(error, Refused):
            return render(request, "ui/refused.html", {"message": error.told, "code": error.code}, status=error.status)
        return None
