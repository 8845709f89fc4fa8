"""The owner's own test link: what a friend will see, before there is a friend (UX B4).

It belongs to the business and to no client, so nobody can register with it and nothing of it is counted.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer

from plusone.kernel.models import Business

from .models import Trial


def _signer() -> Signer:
    return Signer(salt="plusone.trial", sep=".")


def trial_link(business: Business) -> str:
    """Return the test link of a business, absolute; it stays the same."""
    return f"{settings.BASE_URL}/test/{_signer().sign(business.public_id)}"


def business_behind(token: str) -> Business | None:
    """Return whose test link this is, or None where it was made up."""
    try:
        return Business.objects.filter(public_id=_signer().unsign(token)).first()
    except BadSignature:
        return None


def trial_of(business: Business) -> Trial | None:
    """Return how often a business has opened its test link, or None."""
    return Trial.objects.filter(business=business).first()
