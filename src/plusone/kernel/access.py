"""The one door from a public id to a row of a business."""

from typing import Any

from django.db.models import Model

from .errors import NotHere
from .ids import PUBLIC_ID_LENGTH
from .models import Business


def get[M: Model](business: Business, model: type[M], public_id: str, **filters: Any) -> M:
    """Return the row of `business` with this public id. Raise NotHere alike for "not yours" and "not there"."""
    if len(public_id) != PUBLIC_ID_LENGTH or not public_id.isalnum():  # nor could every database be asked for a NUL
        raise NotHere
    row = model._default_manager.filter(business=business, public_id=public_id, **filters).first()
    if row is None:
        raise NotHere
    return row
