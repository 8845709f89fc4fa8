"""Bare ids inside a body: another business's is unknown, and an unknown one is a fault of its field (CASES 81)."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, NotHere
from plusone.kernel.models import Business


class Unknown(Invalid):
    """No object of this business has that id."""

    code = "unknown"


def row_of[M: Model](business: Business, model: type[M], public_id: str, *, field: str, **filters: Any) -> M:
    """Return the row that a field names. Raise Unknown at that field."""
    try:
        row = get(business, model, public_id, **filters)
    except NotHere:
        raise Unknown(_("There is no such object in this business."), field=field) from None
    row.business = business  # type: ignore[attr-defined]  # every row of a business has it
    return row


def rows_of[M: Model](
    business: Business, model: type[M], public_ids: Sequence[str | None], *, field: str
) -> dict[str, M]:
    """Return several rows by id, in one query; None is left out.

    `field` says where each stands: "lines.{}.product". Raise Unknown at the first that is not there.
    """
    rows = model._default_manager.filter(business=business, public_id__in={one for one in public_ids if one})
    found = {row.public_id: row for row in rows}  # type: ignore[attr-defined]  # every row of a business has it
    for number, public_id in enumerate(public_ids):
        if public_id is not None and public_id not in found:
            raise Unknown(_("There is no such object in this business."), field=field.format(number))
    return found
