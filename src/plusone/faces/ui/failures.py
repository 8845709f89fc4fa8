"""What a reader sees when we failed: that the database is away for a moment (503), or that it is our fault (500)."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

RETRY_SECONDS = 10


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that nobody caught (`handler500`)."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return away(request)
    return _page("500.html", request, 500)


def away(request: HttpRequest) -> HttpResponse:
    """Say that the database does not answer now, and when to try again."""
    response = _page("503.html", request, 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(template: str, request: HttpRequest, status: int) -> HttpResponse:
    # Without the request: what every page knows would ask the database again.
    text = loader.render_to_string(template, {"request_id": getattr(request, "request_id", "")})
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response
