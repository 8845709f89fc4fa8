"""A message in own words to clients who were picked: a promotion, with all its rules (R-073, R-243)."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.commands import Act, acts
from plusone.clients.models import Client, Job, JobRow
from plusone.messaging.commands import send
from plusone.messaging.models import Category, Message
from plusone.messaging.queries import promotions_of_a_week
from plusone.messaging.texts import Context, OwnWords, templates

Reason = JobRow.Reason
WHY = {
    Message.Reason.NO_CONSENT: Reason.NO_CONSENT,
    Message.Reason.NO_ADDRESS: Reason.NO_ADDRESS,
    Message.Reason.LETTERS: Reason.LETTERS,
    Message.Reason.CHANNEL_OFF: Reason.CHANNEL_OFF,
    Message.Reason.BLOCKED: Reason.BLOCKED,
}


@templates
class OwnMessage(OwnWords):
    """Words that the business has written to clients it picked."""

    name = "business.message"
    label = gettext_lazy("Message of the business, to clients it picked")
    category = Category.PROMOTIONAL
    useful_for = timedelta(days=14)

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the client's pages."""
        return _("Open your page"), "{portal}"


@acts
class SendMessage(Act):
    """Write to each of them, by each of the channels that may reach them. Half a minute it can be stopped."""

    name = "message"
    label = gettext_lazy("Message")
    waits = timedelta(seconds=30)

    def kept(self, options: dict[str, Any]) -> dict[str, Any]:
        """The words are with the messages, and go with their readers."""
        return {"channels": options.get("channels", [])}

    def do(self, job: Job, client: Client, now: datetime) -> str:
        """Write, unless the client is not to be written to."""
        if client.is_archived or client.is_invited:
            return Reason.ARCHIVED if client.is_archived else Reason.INVITED
        why, most = "", job.business.news_weekly_max
        words = {name: job.options[name] for name in ("subject", "text")}
        reached = False
        for channel in job.options["channels"]:
            if channel == "email" and most and promotions_of_a_week(client, now=now) >= most:
                why = why or Reason.WEEKLY_MAX
                continue
            sent = send(
                job.business,
                OwnMessage,
                to_client=client,
                context=words,
                key=f"job:{job.pk}:{client.pk}:{channel}",
                channel=channel,
                now=now,
            )
            reached = reached or sent.state != Message.State.SUPPRESSED
            why = why or WHY.get(Message.Reason(sent.reason), Reason.REFUSED) if sent.reason else why
        return "" if reached else why or Reason.REFUSED
