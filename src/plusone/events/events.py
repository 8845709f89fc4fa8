"""The facts of the spine itself."""

import dataclasses
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .facts import Fact, facts


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class ReactionFailed(Fact):
    """What should have followed an event at once could not be done. The event itself stands; somebody should look."""

    name: ClassVar[str] = "reaction.failed"
    says: ClassVar[str | Promise] = _("Something that should have followed could not be done")

    reaction: str
    error: str
