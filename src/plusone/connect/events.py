"""What can happen to a business itself."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessCreated(Fact):
    """A business was opened."""

    name: ClassVar[str] = "business.created"
    says: ClassVar[Promise] = _("The business was opened")


@facts
@dataclass(frozen=True, kw_only=True)
class BusinessChanged(Fact):
    """Settings of the business were changed; `fields` are their names."""

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
