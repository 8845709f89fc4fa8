"""What the invitation page does with a form: the page answers the same to everybody, the truth goes by mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.clients.commands import AlreadyExists, sign_up
from plusone.clients.models import Client, SignupLink
from plusone.clients.queries import known_person
from plusone.events.commands import record
from plusone.kernel import clock, once
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.messaging.commands import mail_invitation, send
from plusone.messaging.texts import Template
from plusone.referrals.events import ClientAskedBack
from plusone.referrals.inviting import gift_sentence
from plusone.referrals.messages_public import (
    KnownAlready,
    OwnLink,
    RegisteredAlready,
    ReturnCounts,
    SignedUpAlready,
    WelcomeBack,
)
from plusone.referrals.models import Referral
from plusone.referrals.offers import offer_of
from plusone.referrals.queries import referral_of
from plusone.referrals.touches import Touch
from plusone.store.commands import place_order
from plusone.store.models import MembershipType, Product

from .networks import is_own, note_arrival
from .registering import (
    AlreadyReferred,
    CampaignInactive,
    ExistingClient,
    SelfReferral,
    ambassador_by_code,
    attach_referral,
    read_identity,
    register_friend,
    register_without_referral,
)

SCOPE = "invitation"
SCOPE_SIGN_UP = "signup"


@dataclass(frozen=True)
class Answer:
    """What became of a form: staff and tests may know it, the page does not show it."""

    referral: Referral | None = None
    lead: Client | None = None
    known: Client | None = None


@whole
def answer_invitation(
    business: Business, ambassador: Client | None, *, first_name: str, email: str, phone: str = "", language: str = "",
    consent_text: str = "", typed_code: str = "", source: str, flags: tuple[str, ...] = (), network: str = "",
    ad: str = "", visit_id: int | None = None, touches: Sequence[Touch] = (), key: str, now: datetime,
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
        lead = register_without_referral(business, **person, **record, typed_code=typed_code)  # type: ignore[arg-type]  # texts and a time
        return Answer(lead=lead) if lead else Answer(known=_tell(business, email, phone, now=now))
    try:
        made = register_friend(
            business, ambassador, **person, **record, source=source, flags=flags, network=network, ad=ad,  # type: ignore[arg-type]  # see above
            visit_id=visit_id, touches=touches,
        )  # fmt: skip
    except (SelfReferral, ExistingClient, AlreadyReferred) as refusal:
        return Answer(known=_tell(business, email, phone, refusal, now=now))
    if made.is_new and made.referral.returned_from is not None:
        _welcome_back(made.referral, now=now)
    return Answer(referral=made.referral)


def _welcome_back(referral: Referral, *, now: datetime) -> None:
    """Write to a former client that the invitation counts for them, to the address that the business has."""
    friend, terms = referral.friend, referral.terms
    assert terms is not None
    offer = offer_of(terms)
    with translation.override(friend.language or referral.business.language):
        gift = {"gift": gift_sentence(referral.business, offer)} if offer.friend_reward else {}
    key = f"{ReturnCounts.name}:{referral.pk}"
    send(referral.business, ReturnCounts, to_client=friend, context=gift, key=key, now=now)


@transaction.atomic
def answer_sign_up(
    link: SignupLink, *, first_name: str, email: str, phone: str = "", language: str = "", consent_text: str = "",
    flags: tuple[str, ...] = (), network: str = "", plan: Product | MembershipType | None = None,
    key: str, now: datetime,
) -> Client | None:  # fmt: skip
    """Add who filled in a business's shared sign-up page (R-201); with signs of doubt as a lead, for staff to look at.

    `plan` is what the link brings along: its order waits for them to pay it, unless there is a doubt.
    The same `key` again does nothing. Whom the business knows already gets the truth by mail, once a day.
    Return the client who was added, or None. Raise CampaignInactive where the link was switched off, or Invalid.
    """
    if not once.claim(SCOPE_SIGN_UP, key):
        return None
    business = link.business
    is_crowd = bool(network) and not is_own(business, network) and not note_arrival(business, network, now=now)
    known = _known(business, email, phone)
    if known is None:
        try:
            made = sign_up(
                link,
                first_name=first_name,
                email=email,
                phone=phone,
                language=language,
                consent_text=consent_text,
                in_doubt=bool(flags) or is_crowd,
                now=now,
            )
        except AlreadyExists:  # the same person in another tab at the same moment was faster
            known = _known(business, email, phone)
        else:
            if made is None:
                raise CampaignInactive(_("This link has been switched off."), then=_("Ask the team for a new one."))
            if plan is not None and not flags and not is_crowd:
                place_order(business, made, [(plan, 1)], actor=f"client:{made.pk}", now=now)
            return made
    if known is not None and not _invited_again(known, now):
        day = clock.day_of(business, now)
        send(business, SignedUpAlready, to_client=known, key=f"{SignedUpAlready.name}:{known.pk}:{day}", now=now)
    return None


@transaction.atomic
def name_ambassador(friend: Client, code: str, *, actor: str, now: datetime) -> Referral:
    """Tie a lead whom nobody brought so far to the client whose code they typed, before their first purchase (R-212).

    Raise UnknownCode, SelfReferral, AlreadyReferred, CampaignInactive, or Refused where they are a client already.
    """
    if not friend.is_lead:
        raise ExistingClient(_("A code counts before the first purchase. Tell the team who sent you."), field="code")
    ambassador = ambassador_by_code(friend.business, code)
    existing = referral_of(friend)
    if existing is not None and existing.ambassador_id != ambassador.pk:
        day = clock.day_in_words(friend.business, existing.registered_at)
        raise AlreadyReferred(
            _("Somebody recommended you on %(day)s already.") % {"day": day},
            field="code",
            then=_("If that is wrong, tell the team who sent you."),
        )
    return attach_referral(friend.business, ambassador, friend, source="code", actor=actor, now=now).referral


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
    if _invited_again(known, now):
        return known
    kind: type[Template] = RegisteredAlready if known.is_lead else KnownAlready
    if isinstance(refusal, SelfReferral):
        kind = OwnLink
    day = clock.day_of(business, now)
    if known.is_archived and kind is KnownAlready:
        kind = WelcomeBack
        if once.claim("returning", f"{known.pk}:{day}"):
            record(business, ClientAskedBack(), client=known.pk, actor="public", now=now)
    send(business, kind, to_client=known, key=f"{kind.name}:{known.pk}:{day}", now=now)
    return known


def _invited_again(known: Client, now: datetime) -> bool:
    """Send who is invited, and has not answered, their invitation once more, once a day. Say whether they are."""
    if not known.is_invited:
        return False
    mail_invitation(known, key=f"client-invitation:again:{known.pk}:{clock.day_of(known.business, now)}", now=now)
    return True
