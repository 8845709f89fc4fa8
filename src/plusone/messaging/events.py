"""What can happen to a message."""

import dataclasses
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@dataclasses.dataclass(frozen=True, kw_only=True)
class MessageFact(Fact):
    """What every fact about a message carries."""

    message: int
    template: str
    channel: str


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MessageSent(MessageFact):
    """A message left the house: the mail server took it."""

    name: ClassVar[str] = "message.sent"
    says: ClassVar[str | Promise] = _("A message was sent")


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MessageFailed(MessageFact):
    """A message could not be delivered, and is not tried again."""

    name: ClassVar[str] = "message.failed"
    says: ClassVar[str | Promise] = _("A message could not be delivered")


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MessageComplained(MessageFact):
    """Its reader has marked a message as spam, as the mail provider reports: they get no promotions any more."""

    name: ClassVar[str] = "message.complained"
    says: ClassVar[str | Promise] = _("A message was marked as spam")


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MessageSuppressed(MessageFact):
    """A message was written down but not sent; `reason` says why."""

    name: ClassVar[str] = "message.suppressed"
    says: ClassVar[str | Promise] = _("A message was held back")

    reason: str


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MailServerChanged(Fact):
    """Mails of the business leave by a server of its own, or by it with other settings; `preset` is the provider."""

    name: ClassVar[str] = "mail_server.changed"
    says: ClassVar[str | Promise] = _("The business's own mail server was set up or changed")

    preset: str


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class MailServerRemoved(Fact):
    """The business's mails leave by the installation's mail server again."""

    name: ClassVar[str] = "mail_server.removed"
    says: ClassVar[str | Promise] = _("The business's own mail server was removed")

    preset: str


@facts
@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelSwitched(Fact):
    """Somebody opened or closed a channel for all messages of the business."""

    name: ClassVar[str] = "channel.switched"
    says: ClassVar[str | Promise] = _("A channel was switched on or off")

    channel: str
    active: bool
