"""Which addresses are not written to any more: only a fingerprint is kept."""

import hashlib

from plusone.kernel.identity import login_email
from plusone.kernel.models import Business

from .models import Suppression


def fingerprint(business: Business, address: str) -> str:
    """Return by what an address is known again within its business."""
    try:
        address = login_email(address)
    except ValueError:
        address = address.strip().lower()
    return hashlib.sha256(f"{business.public_id}:{address}".encode()).hexdigest()


def suppression_of(business: Business, address: str) -> Suppression | None:
    """Return why an address is not written to, or None."""
    return Suppression.objects.filter(business=business, hash=fingerprint(business, address)).first()
