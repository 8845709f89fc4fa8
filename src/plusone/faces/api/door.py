"""The one door of the API: who calls, in which language, in which transaction, and what a failure is to them."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from ninja.security.http import HttpAuthBase

from plusone.connect.commands import note_key_use
from plusone.connect.models import ApiKey
from plusone.connect.queries import api_key
from plusone.kernel import clock, ids
from plusone.kernel.db.whole import done_whole

from . import problems, replay
from .call import Call
from .reading import check_size

type View = Callable[..., HttpResponse]

SAFE = {"GET", "HEAD", "OPTIONS"}


class ApiKeyAuth(HttpAuthBase):
    """The business's API key: it acts as the owner and sees this one business."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        """Return the key that the door has found already."""
        return getattr(request, "api_key", None)


def door(view: View) -> View:
    """Let in who has a live API key; answer everything, refusals and failures too, as the API does."""
    return _answering(_with_key(view), "api")


def open_door(view: View) -> View:
    """Let in anybody: the description of the API, and the places where there is nothing."""
    return _answering(view, "public")


def _answering(view: View, name: str) -> View:
    @csrf_exempt  # no cookie is read here, so there is nothing to forge
    @wraps(view)
    def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.request_id = getattr(request, "request_id", "") or ids.public_id()
        language, is_head = _language(request), request.method == "HEAD"
        if is_head:  # answered as GET; the server leaves the body out
            request.method = "GET"
        with translation.override(language):
            try:
                response = view(request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001  # told to the caller, and logged, there
                response = problems.answer_to(request, error)
            if isinstance(response, HttpResponseNotAllowed):
                response = _not_allowed(request, response)
        if is_head:
            request.method = "HEAD"
        response["X-Request-Id"] = request.request_id
        response["Cache-Control"] = "no-store"
        response["Content-Language"] = language
        return response

    inside.door = name  # type: ignore[attr-defined]  # read by the test that walks all routes
    return inside


def _with_key(view: View) -> View:
    @wraps(view)
    def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.now = clock.now()
        request.api_key = _key_of(request)
        request.business, request.actor = request.api_key.business, f"api:{request.api_key.pk}"
        with suppress(DatabaseError):  # on a full disk, say: what is there can be read all the same
            note_key_use(request.api_key, now=request.now)
        if request.method in SAFE:
            return view(request, *args, **kwargs)
        check_size(request)
        return _in_one_transaction(request, lambda: view(request, *args, **kwargs))

    return inside


def _key_of(request: HttpRequest) -> ApiKey:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    readable = scheme.lower() == "bearer" and secret.strip() and secret.isascii()
    found = api_key(secret.strip()) if readable else None
    if found is None:
        raise problems.Unauthorized
    return found


def _in_one_transaction(request: Call, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do all that a call does, and keep its answer, or nothing of it. Run it again where two transactions crossed."""
    return done_whole(lambda: replay.once(request, act))


def _not_allowed(request: HttpRequest, plain: HttpResponse) -> HttpResponse:
    response = problems.plain(request, 405, "method_not_allowed")
    allowed = set(plain["Allow"].split(", "))
    response["Allow"] = ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))
    return response


def _language(request: HttpRequest) -> str:
    """Return the best language of Accept-Language that we speak; English without one. No cookie, no session."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if wanted == "*":
            break
        try:
            return get_supported_language_variant(wanted)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)
