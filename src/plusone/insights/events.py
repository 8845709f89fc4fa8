"""What can happen to a goal."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@facts
@dataclass(frozen=True, kw_only=True)
class GoalSet(Fact):
    """A figure was given a value to reach; `days` is how long there is for it."""

    name: ClassVar[str] = "goal.set"
    says: ClassVar[str | Promise] = _("A goal was set")
    goal: int
    kpi: str
    target: int
    days: int


@facts
@dataclass(frozen=True, kw_only=True)
class GoalRemoved(Fact):
    """A goal was given up."""

    name: ClassVar[str] = "goal.removed"
    says: ClassVar[str | Promise] = _("A goal was removed")
    goal: int
    kpi: str
