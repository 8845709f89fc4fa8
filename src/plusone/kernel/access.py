"""The one door from a public id to a row of a business."""

from typing import Any

from django.db.models import Model, QuerySet

from .errors import NotHere
from .ids import PUBLIC_ID_LENGTH
from .models import Business


def get[M: Model](business: Business, rows: type[M] | QuerySet[M], public_id: str, **filters: Any) -> M:
    """Return the row of `business` with this public id, of a model or of some of its rows with what belongs to them.
    Raise NotHere alike for "not yours" and "not there"."""
    if len(public_id) != PUBLIC_ID_LENGTH or not public_id.isalnum():  # nor could every database be asked for a NUL
        raise NotHere
    every = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    row = every.filter(business=business, public_id=public_id, **filters).first()
    if row is None:
        raise NotHere
    return row
