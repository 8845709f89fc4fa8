"""What can happen to a client."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts

Says = ClassVar[str | Promise]
Name = ClassVar[str]


@facts
@dataclass(frozen=True, kw_only=True)
class ClientCreated(Fact):
    """Staff, an import or the API added a client."""

    name: Name = "client.created"
    says: Says = _("A client was added")
    source: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Fact):
    """Somebody registered and is a lead now."""

    name: Name = "client.registered"
    says: Says = _("A lead registered")
    source: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientActivated(Fact):
    """A lead became an active client, by hand (`manual`) or by a purchase. Happens once to a client."""

    name: Name = "client.activated"
    says: Says = _("A lead became an active client")
    via: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientChanged(Fact):
    """A client's details were edited; `fields` are the names of what changed, never the values."""

    name: Name = "client.changed"
    says: Says = _("A client's details were edited")
    fields: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class ClientTagged(Fact):
    """A tag was given to a client."""

    name: Name = "client.tagged"
    says: Says = _("A client was tagged")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientUntagged(Fact):
    """A tag was taken from a client."""

    name: Name = "client.untagged"
    says: Says = _("A tag was removed from a client")
    tag: int


@facts
@dataclass(frozen=True, kw_only=True)
class ClientArchived(Fact):
    """A client or lead was put aside; nothing is lost. `was` is the status before."""

    name: Name = "client.archived"
    says: Says = _("A client was archived")
    was: str
    reason: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientReactivated(Fact):
    """An archived client was brought back, by hand or by a purchase."""

    name: Name = "client.reactivated"
    says: Says = _("An archived client was brought back")
    via: str


@facts
@dataclass(frozen=True, kw_only=True)
class ClientDeleted(Fact):
    """A lead or an archived client was deleted for good; `was` is the status at that moment ("lead" counts as a deleted lead)."""

    name: Name = "client.deleted"
    says: Says = _("A client was deleted")
    was: str
    reason: str
