"""`/r/{code}`: a WSGI function ahead of Django's middleware, and the same as a view for where there is none.

A code that is live leads to its invitation page, for bots too: preview tags live there. A visit is committed before the
answer. What needs words (unknown, ended, too many tries) is a page of Django's.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from plusone.faces.ui.dead_ends import ended, too_many, unknown
from plusone.faces.ui.failures import away
from plusone.faces.ui.http import public
from plusone.faces.ui.limits import address_of, guesses
from plusone.kernel import ids
from plusone.referrals import queries
from plusone.referrals.commands import record_trial, record_visit
from plusone.referrals.touches import visit_token
from plusone.referrals.trying import business_behind

from .visits import is_visit

log = logging.getLogger("plusone.edge")

type Environ = dict[str, Any]
type StartResponse = Callable[..., Any]
type Application = Callable[[Environ, StartResponse], Iterable[bytes]]

PREFIX = "/r/"
DECIDED = "plusone.link"
TOKEN = "v"  # noqa: S105 - the name of a query value
QUERY_MAX = 2000


@dataclass(frozen=True)
class Decision:
    """What a link answers: where it leads, or why it leads nowhere."""

    status: int
    location: str = ""


def decide(environ: Environ, code: str) -> Decision:
    """Look a code up and, where a person opened it, write the visit."""
    code = ids.clean_code(code)
    link = queries.link_behind(code)
    if link is None:
        return Decision(404 if guesses.allows(address_of(environ)) else 429)
    if link.campaign_id is None:
        return Decision(410)
    kept = [(name, value) for name, value in _query(environ) if name != TOKEN]
    if is_visit(environ):
        try:
            kept.append((TOKEN, visit_token(record_visit(link.business_id, link.client_id, link.campaign_id))))
        except (
            DatabaseError
        ):  # a person stands before a full disk: let them in, the code in the path still says who sent them
            log.exception("A visit could not be written.")
    return Decision(302, f"/join/{quote(code)}{'?' if kept else ''}{urlencode(kept)}")


def wrap(application: Application) -> Application:
    """Return a WSGI application that answers links by itself and leaves the rest to `application`."""

    def edge(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD") or not str(environ.get("PATH_INFO", "")).startswith(
            PREFIX
        ):
            return application(environ, start_response)
        _drop_stale_connection()
        try:
            decision = decide(environ, str(environ["PATH_INFO"]).removeprefix(PREFIX).removesuffix("/"))
        except (OperationalError, InterfaceError) as error:
            log.error("The database does not answer: %s", error)  # where it struck says nothing
            decision = Decision(503)
        finally:
            _drop_stale_connection()
        if not decision.location:
            environ[DECIDED] = decision
            return application(environ, start_response)
        start_response("302 Found", [("Location", decision.location), ("Content-Length", "0"), *_headers().items()])
        return [b""]

    return edge


@public
@require_safe
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a link: through the function above where the server has not done so already."""
    decision = request.META.get(DECIDED) or decide(request.META, code)
    response: HttpResponse
    if decision.location:
        response = HttpResponseRedirect(decision.location)
    elif decision.status == 410:
        response = ended(request, queries.client_by_code(code))
    elif decision.status == 404:
        response = unknown(request)
    elif decision.status == 503:
        response = away(request)
    else:
        response = too_many(request)
    for name, value in _headers().items():
        response[name] = value
    return response


@public
@require_safe
def trial(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a business's own test link as a client's link is answered; what is written is no visit."""
    business = business_behind(token)
    if business is None:
        return unknown(request)
    if is_visit(request.META):
        record_trial(business, now=request.now)  # type: ignore[attr-defined]  # `public` puts it there
    response = HttpResponseRedirect(reverse("trial_page", args=[token]))
    for name, value in _headers().items():
        response[name] = value
    return response


def _drop_stale_connection() -> None:
    """Do what Django does around each of its requests. Inside a transaction (a test's) the connection stays."""
    if not connection.in_atomic_block:
        close_old_connections()


def _headers() -> dict[str, str]:
    found = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.SECURE_HSTS_SECONDS:
        found["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return found


def _query(environ: Environ) -> list[tuple[str, str]]:
    """The values that somebody put on the link (CASES 5), written anew: nothing else of theirs is in the answer."""
    try:
        return parse_qsl(str(environ.get("QUERY_STRING", ""))[:QUERY_MAX], keep_blank_values=True)
    except ValueError:
        return []


urlpatterns = [
    path("r/<str:code>", link, name="link"),
    path("r/<str:code>/", link),
    path("test/<str:token>", trial, name="trial"),
]
