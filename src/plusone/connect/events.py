"""What can happen to a business itself, and to files that are brought in."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Changed, Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessCreated(Fact):
    """A business was opened."""

    name: ClassVar[str] = "business.created"
    says: ClassVar[Promise] = _("The business was opened")


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessChanged(Changed):
    """Settings of the business were changed; `fields` are their names, with values where they are codes."""

    name: ClassVar[str] = "business.changed"
    says: ClassVar[Promise] = _("The business's settings were changed")
    fields: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Fact):
    """A key for the API was made."""

    name: ClassVar[str] = "api_key.created"
    says: ClassVar[Promise] = _("An API key was made")
    api_key: int


@facts
@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Fact):
    """A key for the API was revoked; it stops at once."""

    name: ClassVar[str] = "api_key.revoked"
    says: ClassVar[Promise] = _("An API key was revoked")
    api_key: int


@facts
@dataclass(frozen=True, kw_only=True)
class TeamInvited(Fact):
    """Somebody was invited to work in the business, with a role."""

    name: ClassVar[str] = "team.invited"
    says: ClassVar[Promise] = _("Somebody was invited to the team")
    role: str


@facts
@dataclass(frozen=True, kw_only=True)
class TeamInvitationRevoked(Fact):
    """An invitation to the team was taken back before it was accepted."""

    name: ClassVar[str] = "team.invitation_revoked"
    says: ClassVar[Promise] = _("An invitation to the team was taken back")
    role: str


@facts
@dataclass(frozen=True, kw_only=True)
class TeamJoined(Fact):
    """Somebody accepted an invitation and works in the business now; `user` is their login."""

    name: ClassVar[str] = "team.joined"
    says: ClassVar[Promise] = _("Somebody joined the team")
    user: int
    role: str


@facts
@dataclass(frozen=True, kw_only=True)
class TeamProfessionChanged(Fact):
    """It was said what somebody of the team works as."""

    name: ClassVar[str] = "team.profession_changed"
    says: ClassVar[Promise] = _("Somebody of the team has another profession")
    user: int


@facts
@dataclass(frozen=True, kw_only=True)
class TeamNameChanged(Fact):
    """Somebody of the team goes by another name."""

    name: ClassVar[str] = "team.name_changed"
    says: ClassVar[Promise] = _("Somebody of the team has another name")
    user: int


@facts
@dataclass(frozen=True, kw_only=True)
class TeamRoleChanged(Fact):
    """Somebody of the team has another role; `was` is the one before."""

    name: ClassVar[str] = "team.role_changed"
    says: ClassVar[Promise] = _("Somebody of the team has another role")
    user: int
    role: str
    was: str


@facts
@dataclass(frozen=True, kw_only=True)
class TeamLeft(Fact):
    """Somebody does not work in the business any more; their access ended at once."""

    name: ClassVar[str] = "team.left"
    says: ClassVar[Promise] = _("Somebody left the team")
    user: int
    role: str


@facts
@dataclass(frozen=True, kw_only=True)
class ImportStarted(Fact):
    """Somebody let a file of clients be brought in; all that this did has this event as its cause."""

    name: ClassVar[str] = "import.started"
    says: ClassVar[Promise] = _("An import of clients was started")
    clientimport: int
    lines: int


@facts
@dataclass(frozen=True, kw_only=True)
class ImportFinished(Fact):
    """A file of clients is in."""

    name: ClassVar[str] = "import.finished"
    says: ClassVar[Promise] = _("An import of clients is finished")
    clientimport: int
    created: int
    updated: int
    skipped: int
    failed: int


@facts
@dataclass(frozen=True, kw_only=True)
class ImportUndone(Fact):
    """Somebody took a whole import of clients back, as far as nothing had happened since."""

    name: ClassVar[str] = "import.undone"
    says: ClassVar[Promise] = _("An import of clients was undone")
    clientimport: int
