"""A client hands their link on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.events.models import Event
from plusone.kernel.errors import Invalid
from plusone.referrals.events import ReferralLinkShared

CHANNELS = frozenset({"whatsapp", "email", "sms", "copy", "share", "qr"})


@transaction.atomic
def share_link(client: Client, channel: str, *, actor: str, now: datetime) -> Event:
    """Note that a client opened a way to share their link (R-327); to whom, nobody learns (PRI-1).

    Raise Invalid for an unknown way.
    """
    if channel not in CHANNELS:
        raise Invalid(_("There is no such way to share."), field="channel")
    return record(client.business, ReferralLinkShared(channel=channel), client=client.pk, actor=actor, now=now)
