"""Lists: newest first, ties by id, page by page behind an opaque cursor."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from plusone.kernel.errors import Invalid

LIMIT = 50
LIMIT_MAX = 100


def _digits(sent: Any) -> Any:
    if isinstance(sent, str) and not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        raise PydanticCustomError("int_type", "digits")
    return sent


class Page(BaseModel):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX), BeforeValidator(_digits)] = LIMIT
    cursor: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="What “next” said.")] | None = None


def page[M: Model](
    rows: QuerySet[M],
    wanted: Page,
    *,
    by: str,
    show: Callable[[Sequence[M]], list[dict[str, Any]]],
    every: QuerySet[M],
    name: str = "public_id",
) -> dict[str, Any]:
    """Return a page of `rows`, newest `by` first.

    The cursor is the id of the last row shown, found again among `every` row of the business, whatever it has become.
    Rows that are added meanwhile come before it, so that nothing is shown twice or left out.
    """
    rows = rows.order_by(f"-{by}", "-pk")
    if wanted.cursor is not None:
        last = every.filter(**{name: wanted.cursor}).values_list(by, "pk").first()
        if last is None:
            raise Invalid(_("This cursor does not belong to this list."), field="cursor", code="invalid_cursor")
        at, pk = last
        # The first condition says nothing new, but lets an index begin at the right place.
        rows = rows.filter(Q(**{f"{by}__lte": at}), Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": pk}))
    found = list(rows[: wanted.limit + 1])
    items = show(found[: wanted.limit])
    return {"items": items, "next": items[-1]["id"] if len(found) > wanted.limit else None}
