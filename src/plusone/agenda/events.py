"""What can happen in the agenda."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@dataclass(frozen=True, kw_only=True)
class VisitFact(Fact):
    """About one visit."""

    visit: int


@facts
@dataclass(frozen=True, kw_only=True)
class SessionAttended(VisitFact):
    """A client came to a session: marked by staff, or reported by another program."""

    name: ClassVar[str] = "session.attended"
    says: ClassVar[Promise] = _("A session was attended")


@facts
@dataclass(frozen=True, kw_only=True)
class SessionMissed(VisitFact):
    """A client did not come to a session."""

    name: ClassVar[str] = "session.missed"
    says: ClassVar[Promise] = _("A session was missed")


@facts
@dataclass(frozen=True, kw_only=True)
class SessionUnmarked(VisitFact):
    """A visit that was marked by mistake was taken back."""

    name: ClassVar[str] = "session.unmarked"
    says: ClassVar[Promise] = _("A visit was taken back")


@dataclass(frozen=True, kw_only=True)
class CheckFact(Fact):
    """About one check."""

    check: int


@facts
@dataclass(frozen=True, kw_only=True)
class CheckDone(CheckFact):
    """Something that a client was asked to do is done: ticked by staff, or reported by another program."""

    name: ClassVar[str] = "check.done"
    says: ClassVar[Promise] = _("Something asked for was done")


@facts
@dataclass(frozen=True, kw_only=True)
class CheckUndone(CheckFact):
    """A check that was ticked by mistake was taken back."""

    name: ClassVar[str] = "check.undone"
    says: ClassVar[Promise] = _("A check was taken back")
