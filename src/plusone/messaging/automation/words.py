"""What messaging does by itself, what it offers to rules, and the gaps that every message may have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from plusone.clients.events import ClientPreferenceSet
from plusone.clients.models import Client
from plusone.clients.preferences import PROMOTIONS
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business, User
from plusone.kernel.queue import sweep
from plusone.messaging import commands
from plusone.messaging.events import MessageFailed
from plusone.messaging.models import Message, Suppression
from plusone.messaging.texts import Context, Placeholder, person_name, placeholders, templates
from plusone.rules.vocabulary import Action, Moment, Person, UnknownWord, actions


@sweep(every_seconds=30)
def hand_over(now: datetime) -> int:
    """Send what waited for a mail server, once there is one."""
    return commands.hand_over(now)


@sweep(every_seconds=3600)
def forget_bodies(now: datetime) -> int:
    """Forget the words of old mails."""
    return commands.forget_bodies(now)


@reaction(MessageFailed)
def suppress_what_bounced(business: Business, event: Event, fact: MessageFailed, now: datetime) -> None:
    """An address without a mailbox is not written to again (TRUST DEL-2)."""
    message = Message.objects.get(business=business, pk=fact.message)
    if message.reason == Message.Reason.BOUNCED and message.to:
        commands.suppress(business, message.to, Suppression.Reason.BOUNCED, now=now)


@reaction(ClientPreferenceSet)
def write_again(business: Business, event: Event, fact: ClientPreferenceSet, now: datetime) -> None:
    """Who declined, was erased, came back and agrees is written to (TRUST PRI-3)."""
    if fact.given and fact.purpose == PROMOTIONS:
        client = Client.objects.get(business=business, pk=event.client_id or 0)
        commands.unsuppress(business, client.email or "", Suppression.Reason.DECLINED)


@actions
class SendMessage(Action):
    """Sends a message. `template` names it; it is written in the reader's language."""

    name = "send_message"
    label = _("Send a message")
    params = ("template",)

    def do(self, moment: Moment, person: Person, **params: Any) -> None:
        """Write it down; it leaves after the commit. The key keeps it single when the step is tried again."""
        if self.faults(params):
            raise UnknownWord(str(params.get("template")))
        reader: dict[str, Any] = (
            {"to_user": User.objects.get(pk=person.user or 0)}
            if person.client is None
            else {"to_client": Client.objects.get(business=moment.business, pk=person.client)}
        )
        commands.send(
            moment.business,
            params["template"],
            **reader,
            key=f"{moment.key}:{person}",
            cause=moment.event,
            now=moment.now,
        )

    def faults(self, params: Mapping[str, Any]) -> list[str]:
        """A message that nothing declares."""
        template = params.get("template")
        return [] if template in templates else [f"no message template is called {template!r}"]


@placeholders
class FirstName(Placeholder):
    """The reader's first name."""

    name = "first_name"
    label = _("First name of the reader")

    def value(self, ctx: Context) -> str | None:
        """Return it, where the reader has one."""
        if ctx.client is not None:
            return person_name(ctx.client.first_name)
        return person_name(ctx.user.name).partition(" ")[0] if ctx.user is not None else None


@placeholders
class BusinessName(Placeholder):
    """The name of the business."""

    name = "business"
    label = _("Name of the business")

    def value(self, ctx: Context) -> str | None:
        """Return it."""
        return ctx.business.name if ctx.business else None


@placeholders
class Portal(Placeholder):
    """The address of the client's own pages."""

    name = "portal"
    label = _("Link to the client's pages")
    is_link = True

    def value(self, ctx: Context) -> str | None:
        """Return it."""
        return f"{settings.BASE_URL}/p/{ctx.business.slug}/" if ctx.business else None


@placeholders
class Dashboard(Placeholder):
    """The address of the staff's pages."""

    name = "dashboard"
    label = _("Link to the staff's pages")
    is_link = True

    def value(self, ctx: Context) -> str | None:
        """Return it."""
        return f"{settings.BASE_URL}/b/{ctx.business.slug}/" if ctx.business else None
