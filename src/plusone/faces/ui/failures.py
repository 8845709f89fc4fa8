"""What a reader sees when we failed: that nothing can be done for a moment (503), or that it is our fault (500)."""

import sys
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext_lazy

from plusone.kernel.db.outages import Outage, outage_of

RETRY_SECONDS = 10
SENTENCES = {
    Outage.FULL: gettext_lazy(
        "The disk of this server is full, so nothing was changed; what is there can be read. Whoever runs the server "
        "has to make room. Then try again."
    ),
    Outage.READ_ONLY: gettext_lazy(
        "This server can only be read at the moment, so nothing was changed. Whoever runs it has to let it write "
        "again. Then try again."
    ),
}


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that nobody caught (`handler500`), and leave nothing of a file that was being sent."""
    for handler in request.upload_handlers:
        with suppress(OSError):  # what could not be written cannot be written now either
            handler.upload_interrupted()
    outage = outage_of(sys.exc_info()[1])
    return away(request, outage) if outage else _page("500.html", request, 500)


def away(request: HttpRequest, outage: Outage = Outage.AWAY) -> HttpResponse:
    """Say what the server cannot do now, and when to try again."""
    response = _page("503.html", request, 503, sentence=SENTENCES.get(outage, ""))
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(template: str, request: HttpRequest, status: int, **more: object) -> HttpResponse:
    # Without the request: what every page knows would ask the database again.
    text = loader.render_to_string(template, {"request_id": getattr(request, "request_id", ""), **more})
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response
