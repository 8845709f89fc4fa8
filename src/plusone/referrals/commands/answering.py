"""What the invitation page does with a form: the page answers the same to everybody, the truth goes by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from plusone.clients.models import Client
from plusone.clients.queries import known_person
from plusone.kernel import clock, once
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.messaging.commands import send
from plusone.messaging.texts import Template
from plusone.referrals.messages_public import KnownAlready, OwnLink, RegisteredAlready
from plusone.referrals.models import Referral
from plusone.referrals.touches import Touch

from .registering import (
    AlreadyReferred,
    ExistingClient,
    SelfReferral,
    read_identity,
    register_friend,
    register_without_referral,
)

SCOPE = "invitation"


@dataclass(frozen=True)
class Answer:
    """What became of a form: staff and tests may know it, the page does not show it."""

    referral: Referral | None = None
    lead: Client | None = None
    known: Client | None = None


@transaction.atomic
def answer_invitation(
    business: Business, ambassador: Client | None, *, first_name: str, email: str, phone: str = "", language: str = "",
    consent_text: str = "", source: str, flags: tuple[str, ...] = (), visit_id: int | None = None,
    touches: Sequence[Touch] = (), key: str, now: datetime,
) -> Answer:  # fmt: skip
    """Register who filled in the form of `business`; without an ambassador as a lead nobody is thanked for (CASES 14).

    The same `key` again does nothing (CASES 13). Whom the business knows already is not registered: they get the truth
    by mail (CASES 24, 28). Raise CampaignInactive or Invalid; then nothing has happened.
    """
    if not once.claim(SCOPE, key):
        return Answer()
    person = {"first_name": first_name, "email": email, "phone": phone}
    record = {"language": language, "consent_text": consent_text, "actor": "public", "now": now}
    if ambassador is None:
        lead = register_without_referral(business, **person, **record)  # type: ignore[arg-type]  # texts and a time
        return Answer(lead=lead) if lead else Answer(known=_tell(business, email, phone, now=now))
    try:
        made = register_friend(
            business, ambassador, **person, **record, source=source, flags=flags, visit_id=visit_id, touches=touches  # type: ignore[arg-type]  # see above
        )  # fmt: skip
    except (SelfReferral, ExistingClient, AlreadyReferred) as refusal:
        return Answer(known=_tell(business, email, phone, refusal, now=now))
    return Answer(referral=made.referral)


def _known(business: Business, email: str, phone: str) -> Client | None:
    email, phone = read_identity(business, email, phone)
    return known_person(business, email=email, phone=phone)


def _tell(
    business: Business, email: str, phone: str, refusal: Refused | None = None, *, now: datetime
) -> Client | None:
    """Write the truth to the address that the business has of them, once a day: never to the one that was typed."""
    known = _known(business, email, phone)
    if known is None:
        return None
    kind: type[Template] = RegisteredAlready if known.is_lead else KnownAlready
    if isinstance(refusal, SelfReferral):
        kind = OwnLink
    day = clock.day_of(business, now)
    send(business, kind, to_client=known, key=f"{kind.name}:{known.pk}:{day}", now=now)
    return known
