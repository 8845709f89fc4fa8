"""Reading a body: strict JSON in UTF-8, so that nobody can say one thing to us and another to a proxy."""

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from .problems import Unreadable

BYTES_MAX = 1_000_000
DEPTH_MAX = 50


class StrictParser(Parser):
    """Reads JSON without duplicate keys, NaN, or nesting that nobody writes by hand."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body as Python values. Raise Unreadable with one sentence."""
        return read(request.body)


def check_size(request: HttpRequest) -> None:
    """Refuse a large body before any of it is read."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if length > BYTES_MAX:
        raise Unreadable(_("The body of this request is too large."))


def read(body: bytes) -> Any:
    """Return what `body` says. Raise Unreadable."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(_("The body of this request is not in UTF-8.")) from error
    try:
        said = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Unreadable(_("The body of this request cannot be read as JSON.")) from error
    if _is_deep(said):
        raise _too_deep()
    return said


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable(_("The body of this request names a field twice."))
    return found


def _constant(name: str) -> None:
    raise Unreadable(_("The body of this request holds a number that JSON does not have."))


def _too_deep() -> Unreadable:
    return Unreadable(_("The body of this request is nested too deeply."))


def _is_deep(said: Any) -> bool:
    """Say whether lists and objects nest deeper than anybody writes by hand."""
    level = [said]
    for _depth in range(DEPTH_MAX):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
