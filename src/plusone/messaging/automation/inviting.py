"""Who is invited to be a client gets a mail for it at once."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import INVITATION_DAYS
from plusone.clients.events import ClientInvited
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.messaging.commands import mail_invitation
from plusone.messaging.texts import Context, Template, templates


@templates
class ClientInvitation(Template):
    """Asks somebody to be a client; its link proves their address (R-201)."""

    name = "client.invitation"
    label = gettext_lazy("Invitation to be a client")
    useful_for = timedelta(days=INVITATION_DAYS)

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("{business} invites you to its client area")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say who, what for, in the words of who invites, and that nothing happens by itself."""
        own, plan = ["{words}"] if ctx.data.get("words") else [], ctx.data.get("plan")
        return [
            _("Hello {first_name|there},"),
            *own,
            _("{business} would like to have you among its clients. In its client area you see what is yours there."),
            *(
                [_("It has prepared for you: {plan}. You pay when you like; the button alone costs nothing.")]
                if plan
                else []
            ),
            _("One button, and you are in; you need no password. The link is for you alone, so do not pass it on."),
            _("You do not know {business}? Then you need do nothing, and it forgets you."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the page where they accept."""
        return _("See the invitation"), "{link}"


@reaction(ClientInvited)
def send_it(business: Business, event: Event, fact: ClientInvited, now: datetime) -> None:
    """Send the mail, once for each time that staff asked."""
    assert event.client_id is not None
    client = Client.objects.select_related("business").get(business=business, pk=event.client_id)
    mail_invitation(client, key=f"client-invitation:{client.pk}:{fact.times}", cause=event, now=now)
