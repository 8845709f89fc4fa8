"""Clients who were added without a word are invited to their own pages, when somebody says so (R-201)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import Act, acts
from plusone.clients.models import Client, Job, JobRow
from plusone.kernel import strangers
from plusone.messaging.commands import send
from plusone.messaging.models import Message
from plusone.messaging.texts import Context, Template, templates

from .writing import WHY

Reason = JobRow.Reason


@templates
class AreaInvitation(Template):
    """Tells a client that they have pages of their own, and how to come in."""

    name = "client.area"
    label = gettext_lazy("Invitation to the client area")
    useful_for = timedelta(days=7)

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("Your own pages at {business}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what is there, and that no password is needed."""
        return [
            _("Hello {first_name|there},"),
            _("{business} has a client area: your balance, your orders, and your own link for your friends."),
            _("Log in with the address this mail came to. You get a code by mail; you need no password."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the client's pages."""
        return _("Open your page"), "{portal}"


@acts
class InviteToArea(Act):
    """Tell each of them by mail that they may log in, and how. Half a minute it can be stopped."""

    name = "invite"
    label = gettext_lazy("Invited to the client area")
    waits = timedelta(seconds=30)

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Write to who may log in and never has."""
        if client.is_archived or client.is_invited:
            return Reason.ARCHIVED if client.is_archived else Reason.INVITED
        if not client.access:
            return Reason.NO_ACCESS
        if client.user_id is not None:
            return Reason.LOGGED_IN
        if client.email and not strangers.may_write_to(client.email, now=now):
            return Reason.TOO_OFTEN
        sent = send(job.business, AreaInvitation, to_client=client, key=f"job:{job.pk}:{client.pk}", now=now)
        if sent.state != Message.State.SUPPRESSED:
            return ""
        return WHY.get(Message.Reason(sent.reason), Reason.REFUSED)
