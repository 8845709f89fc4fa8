"""What can happen to a text of a campaign to many clients."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import facts

from .campaigns import CampaignFact


@dataclass(frozen=True, kw_only=True)
class MailingFact(CampaignFact):
    """What every fact about a text to many tells."""

    notice: int
    kind: str


@facts
@dataclass(frozen=True, kw_only=True)
class MailingQueued(MailingFact):
    """A text to many clients waits for its time."""

    name: ClassVar[str] = "mailing.queued"
    says: ClassVar[Promise] = _("A message to clients was scheduled")


@facts
@dataclass(frozen=True, kw_only=True)
class MailingStopped(MailingFact):
    """It was stopped before anybody had it."""

    name: ClassVar[str] = "mailing.stopped"
    says: ClassVar[Promise] = _("A message to clients was stopped")


@facts
@dataclass(frozen=True, kw_only=True)
class MailingPaused(MailingFact):
    """Somebody paused it, or let it go on."""

    name: ClassVar[str] = "mailing.paused"
    says: ClassVar[Promise] = _("A message to clients was paused or continued")
    paused: bool


@facts
@dataclass(frozen=True, kw_only=True)
class MailingSent(MailingFact):
    """Everybody who was eligible has it, or it waits for the mail server; `withheld` counts who was left out."""

    name: ClassVar[str] = "mailing.sent"
    says: ClassVar[Promise] = _("A message to clients was sent")
    written: int
    withheld: int


@facts
@dataclass(frozen=True, kw_only=True)
class MailingSkipped(MailingFact):
    """A reminder was left out, and why."""

    name: ClassVar[str] = "mailing.skipped"
    says: ClassVar[Promise] = _("A reminder to clients was left out")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReminderFact(CampaignFact):
    """What every fact about a reminder tells."""

    reminder: int


@facts
@dataclass(frozen=True, kw_only=True)
class ReminderPlanned(ReminderFact):
    """A reminder was planned."""

    name: ClassVar[str] = "reminder.planned"
    says: ClassVar[Promise] = _("A reminder to clients was planned")


@facts
@dataclass(frozen=True, kw_only=True)
class ReminderChanged(ReminderFact):
    """Its words, its time or its readers were changed."""

    name: ClassVar[str] = "reminder.changed"
    says: ClassVar[Promise] = _("A reminder to clients was changed")


@facts
@dataclass(frozen=True, kw_only=True)
class ReminderRemoved(ReminderFact):
    """A reminder was deleted; what was sent of it stays."""

    name: ClassVar[str] = "reminder.removed"
    says: ClassVar[Promise] = _("A reminder to clients was deleted")
