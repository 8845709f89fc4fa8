"""What can happen to a business itself."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts

Says = ClassVar[str | Promise]
Name = ClassVar[str]


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessCreated(Fact):
    """A business was opened."""

    name: Name = "business.created"
    says: Says = _("The business was opened")


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessChanged(Fact):
    """Settings of the business were changed; `fields` are their names."""

    name: Name = "business.changed"
    says: Says = _("The business's settings were changed")
    fields: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Fact):
    """A key for the API was made."""

    name: Name = "api_key.created"
    says: Says = _("An API key was made")
    api_key: int


@facts
@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Fact):
    """A key for the API was revoked; it stops at once."""

    name: Name = "api_key.revoked"
    says: Says = _("An API key was revoked")
    api_key: int
