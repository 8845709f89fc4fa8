"""The shared sign-up link: one address a business, where clients fill in their own details (R-201)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from plusone.clients import events
from plusone.clients.models import Client, SignupLink
from plusone.clients.queries import signup_link_of
from plusone.events.commands import record
from plusone.kernel.db.locks import take_turns
from plusone.kernel.models import Business

from .lifecycle import consent_to_contact, create_client, register_lead


@transaction.atomic
def open_signup_link(business: Business, *, becomes: str = "active", actor: str, now: datetime) -> SignupLink:
    """Give the business a new link; the one before stops working at once."""
    take_turns(f"signup link {business.pk}")
    end_signup_link(business, actor=actor, now=now)
    link = SignupLink.objects.create(
        business=business, becomes=SignupLink.Becomes(becomes), created_by=actor, created_at=now
    )
    record(business, events.SignupLinkOpened(becomes=link.becomes), actor=actor, now=now)
    return link


@transaction.atomic
def change_signup_link(link: SignupLink, becomes: str, *, actor: str, now: datetime) -> bool:
    """Say what people become who fill the link's page in from now on. Say whether that is something else."""
    wanted = SignupLink.Becomes(becomes)
    if not SignupLink.objects.filter(pk=link.pk, ended_at=None).exclude(becomes=wanted).update(becomes=wanted):
        return False
    link.becomes = wanted
    record(link.business, events.SignupLinkChanged(becomes=wanted), actor=actor, now=now)
    return True


@transaction.atomic
def end_signup_link(business: Business, *, actor: str, now: datetime) -> bool:
    """Switch the link off. Say whether there was one."""
    if not SignupLink.objects.filter(business=business, ended_at=None).update(ended_at=now):
        return False
    record(business, events.SignupLinkEnded(), actor=actor, now=now)
    return True


@transaction.atomic
def sign_up(
    link: SignupLink, *, first_name: str, email: str, phone: str = "", language: str = "", consent_text: str = "",
    in_doubt: bool = False, now: datetime,
) -> Client | None:  # fmt: skip
    """Add who filled in the page of a link: an active client, or a lead where the link or a doubt says so.

    Return None where the link was switched off meanwhile. Raise Invalid or AlreadyExists.
    """
    current = signup_link_of(link.business)
    if current is None or current.pk != link.pk:
        return None
    person: dict[str, Any] = {"first_name": first_name, "email": email, "phone": phone, "language": language}
    if in_doubt or current.becomes == SignupLink.Becomes.LEAD:
        return register_lead(
            link.business, **person, consent_text=consent_text, source="signup", actor="public", now=now
        )
    client = create_client(link.business, **person, source="signup", actor="public", now=now)
    consent_to_contact(client, consent_text, source="signup", now=now)
    return client
