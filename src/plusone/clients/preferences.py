"""What a client wants to be sent: their last word counts (PRI-5, R-243).

Who has said nothing is told of news only as an existing client of a business that chose so; a friend who registered
never is.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Business

from .models import Client, Consent

PROMOTIONS, CONTACT = "promotions", "contact"
PURPOSES = {PROMOTIONS: _("News and promotions"), CONTACT: _("To be contacted")}
SOURCES = {
    "portal": _("the client's pages"),
    "unsubscribe": _("the link in a mail"),
    "referral": _("the invitation page"),
    "form": _("a form"),
    "staff": _("the business"),
    "import": _("an import"),
    "api": _("a program"),
}


def wants(client: Client, purpose: str = PROMOTIONS) -> bool:
    """Say whether a client may be written to for a purpose."""
    said = client.consents.filter(purpose=purpose).order_by("pk").values_list("given", flat=True).last()
    if said is None:
        return purpose == PROMOTIONS and client.news_by_default
    return bool(said)


def declines(client: Client) -> bool:
    """Say whether their last word about promotions was a no; silence is none."""
    said = client.consents.filter(purpose=PROMOTIONS).order_by("pk").values_list("given", flat=True).last()
    return said is False


@dataclass(frozen=True)
class Said:
    """One thing a client agreed to or took back, in words; `stands` where nothing was said about it since."""

    consent: Consent
    purpose: str
    source: str
    stands: bool


def consents_of(client: Client) -> list[Said]:
    """Return what a client agreed to and took back, newest first."""
    seen: set[str] = set()
    found = []
    for row in client.consents.order_by("-pk"):
        words = str(PURPOSES.get(row.purpose, row.purpose)), str(SOURCES.get(row.source, row.source))
        found.append(Said(row, *words, stands=row.given and row.purpose not in seen))
        seen.add(row.purpose)
    return found


def news_by_default(business: Business) -> bool:
    """Say whether a client whom the business adds today is told of news until they decline (ADR 8)."""
    return business.news_to == Business.NewsTo.CLIENTS


def unsubscribe_link(client: Client) -> str:
    """Return the address that stops promotions, absolute."""
    return f"{settings.BASE_URL}/u/{unsubscribe_token(client)}"


def _signer() -> Signer:
    return Signer(salt="plusone.unsubscribe", sep=".")


def unsubscribe_token(client: Client) -> str:
    """Return what a mail's unsubscribe link carries: signed, without anything about the person."""
    return _signer().sign(client.public_id)


def client_of_token(token: str) -> Client | None:
    """Return the client whose mail had this token, or None where it was made up or the client deleted."""
    try:
        public_id = _signer().unsign(token)
    except BadSignature:
        return None
    found = Client.objects.filter(public_id=public_id).exclude(status=Client.Status.DELETED)
    return found.select_related("business").first()
