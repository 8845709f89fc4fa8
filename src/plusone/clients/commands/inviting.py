"""Asking somebody by mail to be a client: sent, sent again, accepted, taken back, at its end (R-201)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients import events
from plusone.clients.models import Client, Invitation
from plusone.events.commands import caused_by, record
from plusone.kernel import strangers
from plusone.kernel.commands import user_for
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business, Collaborator

from .lifecycle import activate, erase
from .profile import clean, insert, set_tags

INVITATION_DAYS = 30
WAITING_MAX = 1000
MAILS_MAX = 5
PAUSE = timedelta(hours=1)
WORDS_MAX = 500
BATCH = 200


@transaction.atomic
def invite_client(
    business: Business,
    *,
    first_name: str,
    last_name: str = "",
    email: str,
    phone: str = "",
    tags: Iterable[str] = (),
    words: str = "",
    language: str = "",
    professional: Collaborator | None = None,
    plan: tuple[str, int] | None = None,
    actor: str,
    now: datetime,
) -> Client:
    """Ask somebody by mail to be a client; `words` of who invites stand in it.

    `plan` is what is ordered for them once they are a client: a kind of thing and its number, of a room above.
    Raise Invalid for a wrong field, AlreadyExists for a taken address, Refused where too many wait, or where the
    address had enough mails today (FRA-13).
    """
    columns = clean(business, first_name=first_name, last_name=last_name, email=email, phone=phone)
    if not columns["email"]:
        raise Invalid(_("An invitation goes by mail. Write an e-mail address."), field="email", code="required")
    words = words.replace("\r\n", "\n").strip()
    if len(words) > WORDS_MAX or "\0" in words:
        raise Invalid(_("At most %(most)s characters.") % {"most": WORDS_MAX}, field="words")
    if Invitation.objects.filter(business=business).count() >= WAITING_MAX:
        raise Refused(_("Too many invitations wait for an answer. Take back those that are not needed."), field="email")
    client = insert(
        business,
        **columns,
        status=Client.Status.INVITED,
        language=language,
        source="invitation",
        professional=professional,
        created_at=now,
    )
    strangers.write_to(columns["email"], field="email", now=now)
    Invitation.objects.create(
        business=business,
        client=client,
        words=words,
        plan_kind=plan[0] if plan else "",
        plan_id=plan[1] if plan else None,
        created_by=actor,
        sent_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    set_tags(client, tags, actor=actor, now=now)
    record(business, events.ClientInvited(times=1), client=client.pk, actor=actor, now=now)
    return client


@transaction.atomic
def send_invitation_again(client: Client, *, actor: str, now: datetime) -> Invitation:
    """Send the mail once more; the link is the same and lives on from now. Raise Refused where that is too often."""
    found = Invitation.objects.select_for_update().filter(client=client).first()
    if found is None or not client.is_invited:
        raise _over()
    if found.times >= MAILS_MAX:
        raise Refused(
            _("It was sent %(times)s times, which is enough. Speak to them, or take it back.") % {"times": found.times},
            code="too_often",
        )
    if now - found.sent_at < PAUSE:
        raise Refused(_("It was sent less than an hour ago. Give the mail some time."), code="too_soon")
    assert client.email, "an invitation goes to an address"
    strangers.write_to(client.email, now=now)
    _once_more(found, now)
    record(client.business, events.ClientInvited(times=found.times), client=client.pk, actor=actor, now=now)
    return found


def _once_more(invitation: Invitation, now: datetime) -> None:
    invitation.times += 1
    invitation.sent_at, invitation.expires_at = now, now + timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["token", "times", "sent_at", "expires_at"])


@transaction.atomic
def hand_over_invitation(client: Client, *, actor: str, now: datetime) -> Invitation:
    """Note that staff take the link of an invitation to hand it over. Raise Refused where it is over.

    That link is `public_id`, not the token of the mail: who opens it has not shown that the address is theirs.
    """
    found = Invitation.objects.filter(client=client).first()
    if found is None or found.has_ended(now) or not client.is_invited:
        raise _over()
    record(client.business, events.ClientInvitationHanded(), client=client.pk, actor=actor, now=now)
    return found


@transaction.atomic
def accept_client_invitation(invitation: Invitation, *, is_proved: bool = True, now: datetime) -> Client:
    """Make who holds the link an active client; with a login where the address `is_proved`, as by the link of the mail.

    Raise Refused where it is over.
    """
    locked = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    client = Client.objects.select_related("business").get(pk=invitation.client_id)
    if locked is None or locked.has_ended(now) or not client.is_invited:
        raise _over()
    assert client.email, "an invitation goes to an address"
    if is_proved:
        client.user = user_for(client.email, language=client.reads())
        client.save(update_fields=["user"])
    actor, fact = f"client:{client.pk}", events.ClientInvitationAccepted(by="mail" if is_proved else "link")
    accepted = record(client.business, fact, client=client.pk, actor=actor, now=now)
    with caused_by(accepted):
        activate(client, actor=actor, now=now)
    return client


@transaction.atomic
def revoke_client_invitation(client: Client, *, reason: str = "revoked", actor: str, now: datetime) -> bool:
    """Take an invitation back: the link leads nowhere, and nothing personal is kept. Say whether it still waited."""
    fact = events.ClientInvitationRevoked(reason=reason)
    return erase(client, (Client.Status.INVITED,), fact, comes_back=True, actor=actor, now=now)


def expire_invitations(now: datetime) -> int:
    """End the invitations whose days are over, each in a transaction of its own. Return how many."""
    over = Invitation.objects.filter(expires_at__lte=now, client__status=Client.Status.INVITED)
    ended = list(over.select_related("client__business", "client__user").order_by("expires_at", "pk")[:BATCH])
    return sum(revoke_client_invitation(one.client, reason="expired", actor="system", now=now) for one in ended)


def _over() -> Refused:
    return Refused(_("This invitation has ended. Ask for a new one."), code="invitation_ended", status=410)
