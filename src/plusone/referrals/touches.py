"""Tokens that carry what happened before a registration from page to page, signed and without a person in them."""

from django.core.signing import BadSignature, Signer
from django.utils.http import base36_to_int, int_to_base36

from plusone.kernel.models import Business

from .models import Visit


def _signer() -> Signer:
    return Signer(salt="plusone.visit", sep=".")


def visit_token(visit_id: int) -> str:
    """Return a visit's id as pages hand it on."""
    return _signer().sign(int_to_base36(visit_id))


def visit_behind(token: str) -> int | None:
    """Return the visit that a token names, or None where it was made up."""
    try:
        return base36_to_int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None


def visited(business: Business, client_id: int, visit_id: int | None) -> int | None:
    """Return the visit where it was one of this client's link, else None."""
    if visit_id is None or not Visit.objects.filter(pk=visit_id, business_id=business.pk, client_id=client_id).exists():
        return None
    return visit_id
