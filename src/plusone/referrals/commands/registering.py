"""A friend registers, or staff say who recommended a client (R-019..R-024, R-211)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import AlreadyExists, register_lead
from plusone.clients.models import Client
from plusone.clients.queries import known_person
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.locks import take_turns
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.identity import e164, identity_email, login_email
from plusone.kernel.models import Business
from plusone.referrals import events, queries
from plusone.referrals.doubt.base import PUBLIC
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.standing import is_blocked
from plusone.referrals.touches import Touch

from .doubting import look_closely
from .networks import is_own, note_arrival
from .promising import promise_all
from .settling import last_moment, mark_activated
from .wording import wording_of

OTHER = gettext_lazy("If that is wrong, reject the first recommendation; then the friend may get another ambassador.")
LATER = gettext_lazy("It works again once a campaign is live and whoever recommends is an active client.")


class CampaignInactive(Refused):
    """No campaign is live, or the client who recommends is not active."""

    code = "campaign_inactive"


class UnknownCode(Invalid):
    """No client of this business has that code."""

    code = "unknown_code"


class SelfReferral(Refused):
    """Ambassador and friend are the same person."""

    code = "self_referral"


class ExistingClient(Refused):
    """The friend is a client already."""

    code = "existing_client"


class AlreadyReferred(Refused):
    """Somebody else recommended this friend before."""

    code = "already_referred"


class GoesInCircles(AlreadyReferred):
    """The friend brought the ambassador, or somebody who did (CASES 31)."""


@dataclass(frozen=True)
class Registration:
    """A referral, and whether this call made it."""

    referral: Referral
    is_new: bool


def ambassador_by_code(business: Business, code: str) -> Client:
    """Return the client of `business` whose code this is, in any letter case. Raise UnknownCode."""
    found = queries.client_by_code(code)
    if found is None or found.business_id != business.pk:
        raise UnknownCode(_("We do not know this code. Check it with the person who gave it to you."), field="code")
    return found


@whole
def register_friend(
    business: Business,
    ambassador: Client,
    *,
    first_name: str,
    last_name: str = "",
    email: str,
    phone: str = "",
    language: str = "",
    consent_text: str = "",
    source: str = "link",
    campaign: Campaign | None = None,
    flags: tuple[str, ...] = (),
    network: str = "",
    ad: str = "",
    visit_id: int | None = None,
    touches: Sequence[Touch] = (),
    actor: str,
    now: datetime,
) -> Registration:
    """Make a friend a lead, tied to the ambassador under today's terms (R-021); the same two again return the same
    referral.

    A lead without a referral is tied as it is. `flags` are signs of doubt: the referral is made, its rewards wait. So
    is what the page knows of the way here: `network` is the address that the form came from, `ad` whose advertisement.
    Raise CampaignInactive, SelfReferral, ExistingClient, AlreadyReferred or Invalid; then nothing is made.
    """
    campaign = _live(business, ambassador, campaign)
    email_at, phone_at = _one_at_a_time(business, email, phone)
    if _same_person(ambassador, email_at, phone_at):
        raise SelfReferral(_("This is your own link. Share it with a friend."))
    seen: dict[str, Any] = {"flags": flags, "network": network, "ad": ad, "visit_id": visit_id, "touches": touches}
    about: dict[str, Any] = {"source": source, **seen, "actor": actor, "now": now}
    known = known_person(business, email=email_at, phone=phone_at)
    if known is not None:
        return _tie_known(campaign, ambassador, known, **about)
    try:
        lead = register_lead(
            business,
            first_name=first_name,
            last_name=last_name,
            email=email,
            phone=phone,
            language=language,
            consent_text=consent_text,
            source="referral",
            professional_id=ambassador.professional_id,  # a friend is looked after by whoever looks after the client
            actor=actor,
            now=now,
        )
    except AlreadyExists:
        # The same friend by another link at the same moment (CASES 12): the one who was faster is known now.
        known = known_person(business, email=email_at, phone=phone_at)
        if known is None:
            raise
        return _tie_known(campaign, ambassador, known, **about)
    return Registration(refer(campaign, ambassador, lead, **about), True)


@transaction.atomic
def register_without_referral(
    business: Business,
    *,
    first_name: str,
    last_name: str = "",
    email: str,
    phone: str = "",
    language: str = "",
    consent_text: str = "",
    typed_code: str = "",
    actor: str,
    now: datetime,
) -> Client | None:
    """Register a lead whose code nobody knows: the sign-up is never blocked (CASES 14), and staff see what was typed.

    Return None where that person is known already.
    """
    email_at, phone_at = _one_at_a_time(business, email, phone)
    if known_person(business, email=email_at, phone=phone_at):
        return None
    return register_lead(
        business,
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        language=language,
        consent_text=consent_text,
        typed_code=typed_code,
        source="form",
        actor=actor,
        now=now,
    )


@whole
def attach_referral(
    business: Business,
    ambassador: Client,
    friend: Client,
    *,
    override_note: str = "",
    campaign: Campaign | None = None,
    source: str = "staff",
    actor: str,
    now: datetime,
) -> Registration:
    """Say afterwards who recommended a client (R-211), under today's terms; what is due is paid at once.

    Allowed until 72 hours after the first payment, or after becoming active where a file or a program brought them and
    nothing was paid here; later only with a note. Raise CampaignInactive, SelfReferral, AlreadyReferred, GoesInCircles,
    or Refused with code `too_late`.
    """
    assert ambassador.business_id == friend.business_id == business.pk
    campaign = _live(business, ambassador, campaign)
    if ambassador.pk == friend.pk or _same_person(ambassador, friend.email or "", friend.phone):
        raise SelfReferral(_("A client cannot recommend themselves."), then=_("Choose another ambassador."))
    if friend.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))
    existing = queries.referral_of(friend)
    note = override_note.strip()
    if back := _bring_back(campaign, ambassador, friend, existing, source=source, note=note, actor=actor, now=now):
        return back
    if existing is not None:
        return _same_or_refused(existing, ambassador)
    _no_circles(ambassador, friend)
    if not note and queries.is_late_to_say_who_sent(friend, now=now):
        raise Refused(
            _(
                "More than 72 hours have passed since the first payment. Write a note that says why "
                "it counts all the same."
            ),
            code="too_late",
            field="override_note",
        )
    referral = refer(campaign, ambassador, friend, source=source, note=note, actor=actor, now=now)
    if friend.activated_at is not None:
        mark_activated(friend, via=friend.activated_via or "manual", actor=actor, now=now)
        referral.refresh_from_db()
    return Registration(referral, True)


@transaction.atomic
def refer(
    campaign: Campaign,
    ambassador: Client,
    friend: Client,
    *,
    source: str,
    flags: tuple[str, ...] = (),
    network: str = "",
    ad: str = "",
    visit_id: int | None = None,
    touches: Sequence[Touch] = (),
    note: str = "",
    returned_from: datetime | None = None,
    actor: str,
    now: datetime,
) -> Referral:
    """Write the referral with the campaign's newest terms and promise its rewards. `returned_from` is when a former
    client had left who counts again: each time once (Q-10).

    Raise AlreadyReferred where somebody was faster.
    """
    terms, business = campaign.return_terms if returned_from else campaign.terms, campaign.business
    assert terms is not None
    if source in PUBLIC:
        take_turns(f"code {ambassador.pk}")  # of two who are the twentieth at once, the second sees the first
    terms.business = business
    wording = wording_of(terms, now=now)
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                business=business,
                ambassador=ambassador,
                friend=friend,
                campaign=campaign,
                terms=terms,
                wording=wording,
                source=source,
                ad=ad,
                at_home=bool(network) and is_own(business, network),
                visit_id=visit_id,
                touches=[touch.as_row() for touch in touches],
                returned_from=returned_from,
                registered_at=now,
                deadline_at=last_moment(business, now, terms.qualification_days) if terms.qualification_days else None,
                note=note[:300],
            )
    except IntegrityError as error:
        raise AlreadyReferred(_("Somebody else recommended this person before."), then=OTHER) from error
    if network and not referral.at_home:
        note_arrival(business, network, referral=referral, now=now)
    flags = look_closely(referral, flags, now=now)
    about = {"referral": referral.pk, "ambassador": ambassador.pk}
    promise_all(referral, terms, since=now, actor=actor, now=now)
    record(
        business,
        events.ReferralRegistered(**about, source=source, flagged=bool(flags), returned=returned_from is not None),
        client=friend.pk,
        actor=actor,
        now=now,
    )
    if flags:
        record(business, events.ReferralFlagged(**about, flags=flags), client=friend.pk, actor=actor, now=now)
    referral.refresh_from_db()
    return referral


def _tie_known(
    campaign: Campaign,
    ambassador: Client,
    known: Client,
    *,
    source: str,
    flags: tuple[str, ...],
    network: str,
    ad: str,
    visit_id: int | None,
    touches: Sequence[Touch],
    actor: str,
    now: datetime,
) -> Registration:
    existing = queries.referral_of(known)
    seen: dict[str, Any] = {"flags": flags, "network": network, "ad": ad, "visit_id": visit_id, "touches": touches}
    about: dict[str, Any] = {"source": source, **seen, "actor": actor, "now": now}
    if back := _bring_back(campaign, ambassador, known, existing, **about):
        return back
    if existing is not None and (known.is_lead or existing.ambassador_id == ambassador.pk):
        return _same_or_refused(existing, ambassador)
    if not known.is_lead:
        since = clock.day_in_words(campaign.business, known.activated_at or known.created_at)
        raise ExistingClient(
            _("This person is a client since %(day)s.") % {"day": since},
            then=_("Say afterwards who recommended them, until 72 hours after the first payment."),
        )
    _no_circles(ambassador, known)
    return Registration(refer(campaign, ambassador, known, **about), True)


def _bring_back(
    campaign: Campaign, ambassador: Client, known: Client, existing: Referral | None, **about: Any
) -> Registration | None:
    """Write the referral of a former client who left long enough ago, once for each time that they left (Q-10).

    Return None where they do not count; nobody is made anything by it but invited: they are brought back as ever.
    """
    if not queries.counts_again(campaign, known, now=about["now"]):
        return None
    if existing is not None and (existing.is_open or existing.returned_from == known.archived_at):
        return _same_or_refused(existing, ambassador)
    _no_circles(ambassador, known)
    referral = refer(campaign, ambassador, known, returned_from=known.archived_at, **about)
    if about["source"] != "staff":
        record(known.business, events.ClientAskedBack(), client=known.pk, actor=about["actor"], now=about["now"])
    return Registration(referral, True)


def _no_circles(ambassador: Client, friend: Client) -> None:
    """Refuse who brought their own ambassador, over however many others (CASES 31)."""
    take_turns(f"chain {friend.business_id}")  # of two who say it of each other at once, the second is refused
    above, seen = queries.ambassador_of(ambassador), {ambassador.pk}
    while above is not None and above.pk not in seen:
        if above.pk == friend.pk:
            raise GoesInCircles(
                _("%(ambassador)s came through %(friend)s. Nobody is recommended by somebody whom they brought.")
                % {"friend": friend.first_name, "ambassador": ambassador.first_name},
                then=_("Choose another ambassador."),
            )
        seen.add(above.pk)
        above = queries.ambassador_of(above)


def _same_or_refused(existing: Referral, ambassador: Client) -> Registration:
    if existing.ambassador_id != ambassador.pk:
        day = clock.day_in_words(ambassador.business, existing.registered_at)
        raise AlreadyReferred(_("Somebody else recommended this person on %(day)s.") % {"day": day}, then=OTHER)
    return Registration(existing, False)


def _live(business: Business, ambassador: Client, campaign: Campaign | None) -> Campaign:
    campaign = campaign or queries.default_campaign(business)
    if campaign is None or not campaign.is_active:
        raise CampaignInactive(_("This invitation is not available now."), then=LATER)
    if not ambassador.is_active or is_blocked(ambassador):
        raise CampaignInactive(_("This invitation is not available now."), then=LATER)
    return campaign


def read_identity(business: Business, email: str, phone: str) -> tuple[str, str]:
    """Return address and phone as they identify a person; what cannot be read is refused where the lead is made."""
    try:
        email = login_email(email)
    except ValueError:
        email = ""
    try:
        phone = e164(phone, business.phone_country) if phone.strip() else ""
    except ValueError:
        phone = ""
    return email, phone


def _one_at_a_time(business: Business, email: str, phone: str) -> tuple[str, str]:
    """Return who it is, once everybody else who registers the same person is done: two addresses with one phone at the
    same moment are one lead."""
    email, phone = read_identity(business, email, phone)
    take_turns(*(f"person {business.pk} {key}" for key in (email and identity_email(email), phone) if key))
    return email, phone


def _same_person(ambassador: Client, email: str, phone: str) -> bool:
    return bool(email and ambassador.email_key == identity_email(email)) or bool(phone and ambassador.phone == phone)
