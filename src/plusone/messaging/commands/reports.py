"""What a provider tells of a mail after it has taken it: that it came back, or that its reader calls it spam."""

from datetime import datetime

from django.db import transaction

from plusone.events.commands import record
from plusone.messaging.events import MessageComplained, MessageFailed
from plusone.messaging.models import Message, Suppression

from .sending import suppress

Reason = Suppression.Reason


@transaction.atomic
def note_report(message: str, reason: str, *, said: str = "", now: datetime) -> bool:
    """Write to a mail's address no more, as its reader's server or its reader wants it (DEL-8). Say whether it is new.

    A report is about a mail that we sent, by its public id: an address that somebody makes up is never looked at.
    """
    found = Message.objects.select_for_update(of=("self",)).filter(public_id=message, channel="email")
    mail = found.select_related("business").first()
    if mail is None or mail.business is None or not mail.to:
        return False
    is_new = suppress(mail.business, mail.to, reason, now=now)
    kind = MessageComplained if reason == Reason.COMPLAINED else MessageFailed
    if reason == Reason.BOUNCED:
        if mail.state not in (Message.State.SENT, Message.State.DELIVERED):
            return is_new
        mail.state, mail.reason, mail.error = Message.State.FAILED, Message.Reason.BOUNCED, said[:300]
        mail.save(update_fields=["state", "reason", "error"])
    elif not is_new:
        return False
    fact = kind(message=mail.pk, template=mail.template, channel=mail.channel)
    record(mail.business, fact, client=mail.client_id, actor="system", now=now)
    return True
