"""Who works in a business: invited by address, with a role that can change, until they leave (R-102, R-221)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from plusone.clients.commands import hand_over
from plusone.clients.models import fold
from plusone.clients.queries import takes_handed_link
from plusone.connect import events
from plusone.connect.models import TeamInvitation
from plusone.connect.queries import professions_of
from plusone.events.commands import record
from plusone.kernel import strangers
from plusone.kernel.commands import (
    add_collaborator,
    change_name,
    change_profession,
    change_role,
    hand_login,
    lock_business,
    remove_collaborator,
    user_for,
)
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.identity import login_email
from plusone.kernel.ids import public_id
from plusone.kernel.models import Business, Collaborator, User
from plusone.kernel.permissions import ROLE_NAMES
from plusone.messaging.commands import send

INVITATION_DAYS = 14
INVITATIONS_MAX = 100
NAME_MAX = 80
PROFESSION_MAX = 60


class LastOwner(Refused):
    """A business always has an owner."""

    code = "last_owner"


def _last_owner() -> LastOwner:
    return LastOwner(_("A business always has an owner. Make somebody else an owner first."), field="role")


@transaction.atomic
def invite_collaborator(
    business: Business, *, name: str, email: str, role: str, actor: str, now: datetime
) -> TeamInvitation:
    """Invite somebody by mail. The same address again renews the invitation, with what is said now.

    Raise Invalid for a wrong field, or Refused where they work here already, or the address had enough mails today
    (FRA-13).
    """
    name = " ".join(name.split())
    if not name or len(name) > 80 or any(ord(letter) < 32 for letter in name):
        raise Invalid(_("Write a name of at most 80 characters."), field="name")
    try:
        email = login_email(email)
    except ValueError as error:
        raise Invalid(_("This is not an e-mail address."), field="email") from error
    _check_role(role)
    if Collaborator.objects.filter(business=business, user__email=email).exists():
        raise Refused(_("Somebody with this e-mail address works here already."), code="already_here", field="email")
    waiting = TeamInvitation.objects.filter(business=business)
    if waiting.exclude(email=email).count() >= INVITATIONS_MAX:
        raise Refused(_("Too many invitations wait for an answer. Take back those that are not needed."), field="email")
    strangers.write_to(email, field="email", now=now)
    ends = now + timedelta(days=INVITATION_DAYS)
    known = waiting.filter(email=email).first()
    if known is None:
        try:
            with transaction.atomic():
                known = TeamInvitation.objects.create(
                    business=business, email=email, name=name, role=role, invited_by=actor, sent_at=now, expires_at=ends
                )
        except IntegrityError:  # the same form twice at once: the other one has written and sent it
            return TeamInvitation.objects.get(business=business, email=email)
        record(business, events.TeamInvited(role=role), actor=actor, now=now)
    else:
        known.name, known.role, known.sent_at, known.expires_at = name, role, now, ends
        known.save(update_fields=["name", "role", "sent_at", "expires_at"])
    _mail(known, now=now)
    return known


@transaction.atomic
def resend_invitation(invitation: TeamInvitation, *, now: datetime) -> None:
    """Send the mail once more; the link is the same and lives on from now. Raise Refused where that is too often."""
    strangers.write_to(invitation.email, now=now)
    invitation.sent_at, invitation.expires_at = now, now + timedelta(days=INVITATION_DAYS)
    invitation.save(update_fields=["sent_at", "expires_at"])
    _mail(invitation, now=now)


@transaction.atomic
def revoke_invitation(invitation: TeamInvitation, *, actor: str, now: datetime) -> bool:
    """Take an invitation back; its link leads nowhere from now on. Say whether it still waited."""
    gone, _models = TeamInvitation.objects.filter(pk=invitation.pk).delete()
    if gone:
        record(invitation.business, events.TeamInvitationRevoked(role=invitation.role), actor=actor, now=now)
    return bool(gone)


@transaction.atomic
def accept_invitation(invitation: TeamInvitation, user: User, *, now: datetime) -> Collaborator:
    """Let the invited person, who has proved the address, work in the business from now on.

    Raise Refused where the invitation is over, or was for another address.
    """
    if user.email != invitation.email or user.is_handed:
        raise Refused(_("This invitation is for another e-mail address."), code="other_address", status=403)
    return _join(invitation, user, now=now)


@transaction.atomic
def accept_handed(invitation: TeamInvitation, password: str, *, language: str, now: datetime) -> Collaborator:
    """Let in who holds the link of an invitation, by a password, where no mail leaves to prove the address.

    Raise Refused where the invitation is over, and for an address that somebody logs in with already.
    """
    if not takes_handed_link(invitation.business, invitation.email):
        raise Refused(_("They have a login of their own already, and log in with that."), code="has_login")
    user = user_for(invitation.email, language=language)
    row = _join(invitation, user, now=now)
    hand_login(user, password)
    return row


def _join(invitation: TeamInvitation, user: User, *, now: datetime) -> Collaborator:
    if invitation.expires_at <= now:
        raise Refused(_("This invitation has ended. Ask for a new one."), code="invitation_ended", status=410)
    if not TeamInvitation.objects.filter(pk=invitation.pk).delete()[0]:
        raise Refused(_("This invitation has ended. Ask for a new one."), code="invitation_ended", status=410)
    business, role = invitation.business, invitation.role
    row = add_collaborator(business, user, role=role)
    if not user.name:
        user.name = invitation.name
        user.save(update_fields=["name"])
    record(business, events.TeamJoined(user=user.pk, role=row.role), actor=f"user:{user.pk}", now=now)
    return row


@transaction.atomic
def set_role(collaborator: Collaborator, role: str, *, actor: str, now: datetime) -> bool:
    """Give somebody another role, at once. Say whether that changed anything. Raise LastOwner."""
    _check_role(role)
    row = _locked(collaborator)
    if row is None or row.role == role:
        return False
    if row.role == "owner" and _owners(row.business) == 1:
        raise _last_owner()
    was = row.role
    change_role(row, role)
    record(row.business, events.TeamRoleChanged(user=row.user_id, role=role, was=was), actor=actor, now=now)
    return True


@transaction.atomic
def set_profession(collaborator: Collaborator, profession: str, *, actor: str, now: datetime) -> bool:
    """Say what somebody works as, in the business's own words; empty takes it away. A word that the team has already is
    spelt as there. Say whether that changed anything. Raise Invalid."""
    profession = " ".join(profession.split())
    if len(profession) > PROFESSION_MAX or "\0" in profession:
        raise Invalid(_("At most %(most)s characters.") % {"most": PROFESSION_MAX}, field="profession")
    row = _locked(collaborator)
    if row is None:
        return False
    known = {fold(word): word for word in professions_of(row.business, without=row)}
    profession = known.get(fold(profession), profession)
    if row.profession == profession:
        return False
    change_profession(row, profession)
    record(row.business, events.TeamProfessionChanged(user=row.user_id), actor=actor, now=now)
    return True


@transaction.atomic
def set_own_name(collaborator: Collaborator, name: str, *, actor: str, now: datetime) -> bool:
    """Say what who works here wants to be called, wherever they work; empty shows their address again. Say whether that
    changed anything. Raise Invalid, and Refused for the name of somebody else."""
    name = " ".join(name.split())
    if len(name) > NAME_MAX or "\0" in name:
        raise Invalid(_("At most %(most)s characters.") % {"most": NAME_MAX}, field="name")
    if actor != f"user:{collaborator.user_id}":
        raise Refused(_("Everybody says their own name."), code="not_yours", status=403)
    row = _locked(collaborator)
    if row is None or row.user.name == name:
        return False
    change_name(row.user, name)
    record(row.business, events.TeamNameChanged(user=row.user_id), actor=actor, now=now)
    return True


@transaction.atomic
def remove_from_team(
    collaborator: Collaborator, *, successor: Collaborator | None = None, actor: str, now: datetime
) -> bool:
    """End somebody's work here, and their access at once; `successor` looks after their clients from now on.

    Say whether they still worked here. Raise LastOwner.
    """
    row = _locked(collaborator)
    if row is None:
        return False
    if row.role == "owner" and _owners(row.business) == 1:
        raise _last_owner()
    user, role = row.user_id, row.role
    hand_over(row, successor, actor=actor, now=now)
    remove_collaborator(row)
    record(row.business, events.TeamLeft(user=user, role=role), actor=actor, now=now)
    return True


def _locked(collaborator: Collaborator) -> Collaborator | None:
    """Return the row as it is now. One change of a team at a time, so that two owners cannot remove each other."""
    lock_business(collaborator.business)
    return Collaborator.objects.filter(pk=collaborator.pk).select_related("business").first()


def _owners(business: Business) -> int:
    return Collaborator.objects.filter(business=business, role="owner").count()


def _check_role(role: str) -> None:
    if role not in ROLE_NAMES:
        raise Invalid(_("Choose a role."), field="role")


def _mail(invitation: TeamInvitation, *, now: datetime) -> None:
    send(
        invitation.business,
        "team.invitation",
        to_address=invitation.email,
        context={
            "name": invitation.name,
            "role": ROLE_NAMES[invitation.role],
            "link": f"{settings.BASE_URL}/team/{invitation.public_id}",
        },
        key=f"team-invitation:{public_id()}",
        now=now,
    )
