"""What can happen to a rule."""

import dataclasses
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class RuleCreated(Fact):
    """A business, or a room for it, wrote a rule."""

    name: ClassVar[str] = "rule.created"
    says: ClassVar[str | Promise] = _("A rule was created")

    rule: int


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class RuleSwitched(Fact):
    """Somebody switched one of the rules every business has on or off. `rule` is its name."""

    name: ClassVar[str] = "rule.switched"
    says: ClassVar[str | Promise] = _("An automatic rule was switched on or off")

    rule: str
    active: bool
