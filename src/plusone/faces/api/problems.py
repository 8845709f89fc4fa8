"""Every no of the API: RFC 9457 problem documents, in the reader's language, with a `type` that never changes."""

import json
import logging
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError

from plusone.faces.ui.failures import SENTENCES as OUTAGES
from plusone.kernel.db.outages import outage_of
from plusone.kernel.errors import NotHere, Refused
from plusone.referrals.conditions import conditions

logger = logging.getLogger(__name__)

# Codes of a single field that make no problem type of their own.
PLAIN = ("invalid", "required", "unknown", "invalid_cursor")
MEDIA_TYPE = "application/problem+json"
PLACE = "/api/v1/problems/"

# The problems that the interface itself knows; a refusal of a room brings its own code and sentence.
SENTENCES = {
    "unreadable": gettext_lazy("The body of this request cannot be read as JSON."),
    "unauthorized": gettext_lazy("This call needs a valid API key: “Authorization: Bearer …”."),
    "forbidden": gettext_lazy("This API key may not do that."),
    "not_found": gettext_lazy("There is nothing here."),
    "method_not_allowed": gettext_lazy("This address does not know this method."),
    "validation": gettext_lazy("Some of what was sent is not right; “errors” says what."),
    "not_available": gettext_lazy("This is not available yet."),
    "idempotency_mismatch": gettext_lazy("This Idempotency-Key was used for another request."),
    "too_many_requests": gettext_lazy("Too many requests. Wait a moment."),
    "unavailable": gettext_lazy("The server is busy. Try again in a moment."),
    "internal": gettext_lazy("Something went wrong on our side. It has been noted."),
}

# What pydantic calls a fault → our stable code and sentence.
REQUIRED = ("required", gettext_lazy("This field is required."))
WRONG_TYPE = ("wrong_type", gettext_lazy("This value has the wrong type."))
UNKNOWN_CHOICE = ("invalid_choice", gettext_lazy("This is none of the possible values."))
NO_MOMENT = ("invalid", gettext_lazy("Write a moment such as 2026-01-31T18:00:00+01:00."))
FAULTS = {
    "missing": REQUIRED,
    "string_type": ("wrong_type", gettext_lazy("This has to be a text.")),
    "string_unicode": ("invalid", gettext_lazy("This text holds characters that cannot be stored.")),
    "string_pattern_mismatch": ("invalid", gettext_lazy("This value is not written as it should be.")),
    "string_too_short": ("too_short", gettext_lazy("This is too short.")),
    "string_too_long": ("too_long", gettext_lazy("This is too long.")),
    "too_short": ("too_short", gettext_lazy("These are too few.")),
    "too_long": ("too_long", gettext_lazy("These are too many.")),
    "int_type": ("wrong_type", gettext_lazy("This has to be a whole number.")),
    "bool_type": ("wrong_type", gettext_lazy("This has to be true or false.")),
    "int_parsing_size": ("too_large", gettext_lazy("This number is too large.")),
    "greater_than_equal": ("too_small", gettext_lazy("This number is too small.")),
    "greater_than": ("too_small", gettext_lazy("This number is too small.")),
    "less_than_equal": ("too_large", gettext_lazy("This number is too large.")),
    "literal_error": UNKNOWN_CHOICE,
    "enum": UNKNOWN_CHOICE,
    "not_available": ("not_available", gettext_lazy("This is not available yet.")),
    "not_zero": ("invalid", gettext_lazy("This amount must not be zero.")),
    "date_parsing": ("invalid", gettext_lazy("Write a day such as 2026-01-31.")),
    "datetime_parsing": NO_MOMENT,
    "datetime_from_date_parsing": NO_MOMENT,
    "timezone_aware": NO_MOMENT,
}


class Unreadable(Exception):
    """The body is not the JSON that we read."""


class Unauthorized(Exception):
    """There is no live API key in the request."""


class Mismatch(Refused):
    """An Idempotency-Key came again with another request."""

    code = "idempotency_mismatch"
    status = 422


def problem(
    request: HttpRequest, status: int, code: str, detail: str, *, errors: Sequence[dict[str, str]] = (), **extra: Any
) -> HttpResponse:
    """Write a problem document.

    A 404 is the same to the letter for whatever is not there, so its request id is in the header alone.
    """
    body: dict[str, Any] = {
        "type": f"{PLACE}{code}",
        "title": title(status),
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }
    if errors:
        body["errors"] = list(errors)
    if status != HTTPStatus.NOT_FOUND:
        body["request_id"] = getattr(request, "request_id", "")
    response = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="Plusone"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "1"
    return response


def title(status: int) -> str:
    """Return the short title of a status; it is the same in every language."""
    return HTTPStatus(status).phrase


def plain(request: HttpRequest, status: int, code: str) -> HttpResponse:
    """Write a problem whose sentence is one of ours."""
    return problem(request, status, code, str(SENTENCES[code]))


def answer_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return what an exception is to the caller. What is no refusal is logged with the request's id."""
    match error:
        case Refused():
            return refused(request, error)
        case ValidationError():
            return invalid(request, error)
        case NotHere() | Http404():
            return plain(request, 404, "not_found")
        case Unauthorized():
            return plain(request, 401, "unauthorized")
        case HttpError() if isinstance(error.__cause__, (Refused, RequestDataTooBig, Unreadable)):
            return answer_to(request, error.__cause__)
        case Unreadable() | RequestDataTooBig() | SuspiciousOperation():
            said = str(error) if isinstance(error, Unreadable) else ""
            return problem(request, 400, "unreadable", said or str(SENTENCES["unreadable"]))
        case _ if outage := outage_of(error):
            logger.exception("request %s met an outage", getattr(request, "request_id", ""), exc_info=error)
            return problem(request, 503, "unavailable", str(OUTAGES.get(outage, SENTENCES["unavailable"])))
        case _:
            logger.exception("request %s failed", getattr(request, "request_id", ""), exc_info=error)
            return plain(request, 500, "internal")


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Write a refusal of a room: its status, its code, its sentence; with `errors` where a field is wrong."""
    said = str(error.message)
    errors = [{"field": error.field, "code": error.code, "detail": said}] if error.status == 422 and error.field else []
    code = "validation" if error.code in PLAIN else error.code
    then = {"next": str(error.then)} if error.then else {}
    return problem(request, error.status, code, said, errors=errors, **then, **error.extra)


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Write what the shape of a request should have been, one error a field."""
    errors = list(_faults(error.errors))
    later = [fault for fault in errors if fault["code"] == "not_available"]
    code, errors = ("not_available", later) if later else ("validation", errors)
    return problem(request, 422, code, str(SENTENCES[code]), errors=errors)


def _faults(found: Iterable[dict[str, Any]]) -> Iterable[dict[str, str]]:
    seen = set()
    for fault in found:
        field = _field(fault["loc"])
        code, sentence = FAULTS.get(fault["type"], ("invalid", _("This value is not right.")))
        if fault["type"].endswith("_type"):
            code, sentence = FAULTS.get(fault["type"], WRONG_TYPE)
        if (field, code) not in seen:  # a value that may be one of two shapes tells of both
            seen.add((field, code))
            yield {"field": field, "code": code, "detail": str(sentence)}


def _field(loc: Sequence[str | int]) -> str:
    """Return the path to a field as the caller wrote it, `lines.0.product`; the arms of a union are left out."""
    source, *rest = loc
    if source == "body" or rest[:1] == ["wanted"]:  # what a function calls them is nobody's
        rest = rest[1:]
    places = zip([*rest[:1], *rest], rest, strict=False)
    return ".".join(str(part) for before, part in places if not _is_arm(before, part))


def _is_arm(before: str | int, part: str | int) -> bool:
    if isinstance(before, int) and part in conditions:  # `conditions.0.spend.at_least`: one shape for each kind
        return True
    return isinstance(part, str) and (
        part[:1].isupper() or "[" in part or part in ("bool", "int", "str", "constrained-int", "constrained-str")
    )
