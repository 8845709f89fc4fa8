"""What a client wants to be sent: their last word on a purpose counts, and silence is no consent (PRI-5)."""

from django.core.signing import BadSignature, Signer

from .models import Client

PROMOTIONS = "promotions"


def wants(client: Client, purpose: str = PROMOTIONS) -> bool:
    """Say whether a client has agreed to be written to for a purpose, and not taken it back."""
    return bool(client.consents.filter(purpose=purpose).order_by("pk").values_list("given", flat=True).last())


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
