"""What can happen to a client."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Changed, Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class ClientCreated(Fact):
    """Staff, an import or the API added a client."""

    name: ClassVar[str] = "client.created"
    says: ClassVar[Promise] = _("A client was added")
    source: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientInvited(Fact):
    """Somebody was asked by mail to be a client; `times` says how often by now."""

    name: ClassVar[str] = "client.invited"
    says: ClassVar[Promise] = _("A client was invited")
    times: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientInvitationHanded(Fact):
    """Staff took the link of an invitation, to hand it over by themselves."""

    name: ClassVar[str] = "client.invitation_handed"
    says: ClassVar[Promise] = _("The link of an invitation was taken to hand it over")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientEntryHanded(Fact):
    """Staff took a link by which a client chooses a password, to hand it over: no mail leaves this installation."""

    name: ClassVar[str] = "client.entry_handed"
    says: ClassVar[Promise] = _("A link into the client area was taken to hand it over")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientInvitationAccepted(Fact):
    """Somebody who was invited is a client now: by the link of the `mail`, which proves their address, or by the `link`
    that staff handed over, which does not."""

    name: ClassVar[str] = "client.invitation_accepted"
    says: ClassVar[Promise] = _("An invited client accepted")
    by: str = "mail"


@facts
@dataclass(frozen=True, kw_only=True)
class ClientInvitationRevoked(Fact):
    """An invitation was taken back (`revoked`) or came to its end (`expired`); nothing personal is kept."""

    name: ClassVar[str] = "client.invitation_revoked"
    says: ClassVar[Promise] = _("An invitation of a client ended")
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Fact):
    """Somebody registered and is a lead now."""

    name: ClassVar[str] = "client.registered"
    says: ClassVar[Promise] = _("A lead registered")
    source: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientActivated(Fact):
    """A lead became an active client, by hand (`manual`) or by a purchase. Happens once to a client."""

    name: ClassVar[str] = "client.activated"
    says: ClassVar[Promise] = _("A lead became an active client")
    via: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientChanged(Changed):
    """A client's details were edited; `fields` are the names of what changed, personal values are never in it."""

    name: ClassVar[str] = "client.changed"
    says: ClassVar[Promise] = _("A client's details were edited")
    fields: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class ClientTagged(Fact):
    """A tag was given to a client."""

    name: ClassVar[str] = "client.tagged"
    says: ClassVar[Promise] = _("A client was tagged")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientUntagged(Fact):
    """A tag was taken from a client."""

    name: ClassVar[str] = "client.untagged"
    says: ClassVar[Promise] = _("A tag was removed from a client")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    """One of the team wrote a note about a client; what it says is not told."""

    name: ClassVar[str] = "note.written"
    says: ClassVar[Promise] = _("A note was written")
    note: int


@facts
@dataclass(frozen=True, kw_only=True)
class NoteChanged(Fact):
    """A note about a client was changed by who wrote it."""

    name: ClassVar[str] = "note.changed"
    says: ClassVar[Promise] = _("A note was changed")
    note: int


@facts
@dataclass(frozen=True, kw_only=True)
class NoteRemoved(Fact):
    """A note about a client was deleted."""

    name: ClassVar[str] = "note.removed"
    says: ClassVar[Promise] = _("A note was deleted")
    note: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientNextStepPlanned(Fact):
    """It was said what is to be done with a client next, and when."""

    name: ClassVar[str] = "client.next_step_planned"
    says: ClassVar[Promise] = _("A next step was planned")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientNextStepEnded(Fact):
    """The next step with a client was done, or is not to be done any more."""

    name: ClassVar[str] = "client.next_step_ended"
    says: ClassVar[Promise] = _("A next step was put away")
    done: bool


@facts
@dataclass(frozen=True, kw_only=True)
class ClientAssigned(Fact):
    """Somebody of the team looks after a client from now on; `professional` is their place in the team, or nobody's."""

    name: ClassVar[str] = "client.assigned"
    says: ClassVar[Promise] = _("A client was given to another professional")
    professional: int | None


@facts
@dataclass(frozen=True, kw_only=True)
class TagChanged(Fact):
    """A tag was renamed, coloured or described."""

    name: ClassVar[str] = "tag.changed"
    says: ClassVar[str | Promise] = _("A tag was changed")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class TagDeleted(Fact):
    """A tag was deleted; nobody has it any more."""

    name: ClassVar[str] = "tag.deleted"
    says: ClassVar[str | Promise] = _("A tag was deleted")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientArchived(Fact):
    """A client or lead was put aside; nothing is lost. `was` is the status before."""

    name: ClassVar[str] = "client.archived"
    says: ClassVar[Promise] = _("A client was archived")
    was: str
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientReactivated(Fact):
    """An archived client was brought back, by hand or by a purchase."""

    name: ClassVar[str] = "client.reactivated"
    says: ClassVar[Promise] = _("An archived client was brought back")
    via: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientDeleted(Fact):
    """A lead or an archived client was deleted for good; `was` is the status at that moment ("lead" counts as a
    deleted lead)."""

    name: ClassVar[str] = "client.deleted"
    says: ClassVar[Promise] = _("A client was deleted")
    was: str
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientPreferenceSet(Fact):
    """A client agreed to be written to for a purpose (`promotions`), or took that back."""

    name: ClassVar[str] = "client.preference_set"
    says: ClassVar[str | Promise] = _("A client said what they want to be sent")
    purpose: str
    given: bool


@facts
@dataclass(frozen=True, kw_only=True)
class ClientRemoved(Fact):
    """A client that an import had added went again, because the import was undone and nothing else had happened."""

    name: ClassVar[str] = "client.removed"
    says: ClassVar[Promise] = _("A client went again, because the import was undone")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientExported(Fact):
    """A copy of all data about a client was asked for, by the client (`own`) or by the business for them."""

    name: ClassVar[str] = "client.exported"
    says: ClassVar[Promise] = _("A copy of a client's data was made")
    own: bool


@facts
@dataclass(frozen=True, kw_only=True)
class SignupLinkOpened(Fact):
    """A shared sign-up link was switched on, or took the place of another; `becomes` is what people are through it."""

    name: ClassVar[str] = "signup_link.opened"
    says: ClassVar[str | Promise] = _("The shared sign-up link was switched on")
    becomes: str


@facts
@dataclass(frozen=True, kw_only=True)
class SignupLinkChanged(Fact):
    """The shared sign-up link makes people something else from now on."""

    name: ClassVar[str] = "signup_link.changed"
    says: ClassVar[str | Promise] = _("The shared sign-up link was changed")
    becomes: str


@facts
@dataclass(frozen=True, kw_only=True)
class SignupLinkEnded(Fact):
    """A shared sign-up link stopped working."""

    name: ClassVar[str] = "signup_link.ended"
    says: ClassVar[str | Promise] = _("A shared sign-up link stopped working")


@facts
@dataclass(frozen=True, kw_only=True)
class ClientMerged(Fact):
    """Two records of one person became one: `other` is the number of the record that went."""

    name: ClassVar[str] = "client.merged"
    says: ClassVar[Promise] = _("Two records of a client were merged")
    other: int
