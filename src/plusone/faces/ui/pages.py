"""Pages of a long list by key: each costs the same, and rows that come or go meanwhile shift nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

SIZE = 50


@dataclass(frozen=True)
class Page[M: Model]:
    """Some rows, and the marks of the rows before and after them ("" where there are none)."""

    rows: Sequence[M]
    before: str
    after: str


def _value(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _mark(row: Model, order: Sequence[str]) -> str:
    plain = json.dumps([_value(row, name.removeprefix("-")) for name in order], default=str)
    return urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def parts_of[M: Model](rows: QuerySet[M], *, order: Sequence[str], size: int) -> list[str]:
    """Return the names of the parts of about `size` rows that a list falls into, for `part`: "after.until"."""
    ordered = rows.order_by(*order).values_list(*order, named=True)
    ends = [_mark(row, order) for row in ordered[size - 1 : max(size, rows.count()) - 1 : size]]
    return [f"{after}.{until}" for after, until in zip(["", *ends], [*ends, ""], strict=True)]


def part[M: Model](rows: QuerySet[M], name: str, *, order: Sequence[str]) -> QuerySet[M]:
    """Return a part of a list: who comes or goes since it was named moves no row into another one. All of it where the
    name is made up."""
    found, (after, _dot, until) = rows.order_by(*order), name.partition(".")
    try:
        if values := _read(after, len(order)):
            found = found.filter(_beyond(order, values))
        if values := _read(until, len(order)):
            found = found.exclude(_beyond(order, values))
    except (ValueError, TypeError, ValidationError):  # values of the wrong kind
        return rows.order_by(*order)
    return found


def _read(mark: str, size: int) -> list[Any] | None:
    """The values of a mark, or None where somebody made it up."""
    try:
        values = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != size:
            return None
        if any("\0" in value or not value.encode() for value in values if isinstance(value, str) and value):
            return None  # what no database takes; half a letter does not even encode
        if any(isinstance(value, float) for value in values):
            return None  # no column of an order is one, and none holds infinity
        return [_moment(value["at"]) if isinstance(value, dict) else value for value in values]
    except (ValueError, KeyError, TypeError, OverflowError):  # the last for a moment before the first year in UTC
        return None


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows that come after these values: (a, b) > (x, y) spelt out, so that each column may go its own way."""
    wanted = Q(pk__in=[])
    equal = Q()
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        wanted |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    return wanted


def page_of[M: Model](
    rows: QuerySet[M], asked: Mapping[str, Any], *, order: Sequence[str] = ("-pk",), size: int = SIZE
) -> Page[M]:
    """Return the page that `asked` (`request.GET`) names by `after` or `before`; the first one where a mark is made up.

    The columns of `order` must not be null, and the last must be unique.
    """
    backwards = bool(asked.get("before")) and not asked.get("after")
    values = _read(str(asked.get("before" if backwards else "after") or ""), len(order))
    backwards = backwards and values is not None
    way = (
        [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order] if backwards else list(order)
    )
    try:
        found = list((rows if values is None else rows.filter(_beyond(way, values))).order_by(*way)[: size + 1])
    except (ValueError, TypeError, ValidationError):  # a mark of the right length with values of the wrong kind
        return page_of(rows, {}, order=order, size=size)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page(found, "", "")
    earlier = more if backwards else values is not None
    later = True if backwards else more
    return Page(found, _mark(found[0], order) if earlier else "", _mark(found[-1], order) if later else "")
