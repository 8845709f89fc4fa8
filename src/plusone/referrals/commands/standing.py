"""Trust an ambassador, or switch their link off; both can be taken back (CASES 78, 79)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.referrals import events
from plusone.referrals.models import Referral, Trust
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward

from .settling import settle

INACTIVE = Reward.Reason.AMBASSADOR_INACTIVE


@transaction.atomic
def trust_ambassador(client: Client, *, note: str = "", actor: str, now: datetime) -> bool:
    """Raise no new doubt about what this client brings. Say whether that is new."""
    if not _stand(client, Trust.Kind.TRUSTED, note, actor=actor, now=now):
        return False
    record(client.business, events.AmbassadorTrusted(), client=client.pk, actor=actor, now=now)
    return True


@whole
def block_ambassador(client: Client, *, note: str = "", actor: str, now: datetime) -> bool:
    """Switch a client's link off and give none of what is still open for their recommendations. Say whether that is
    new.

    What was given stays theirs, and so does what their friends receive.
    """
    if not _stand(client, Trust.Kind.BLOCKED, note, actor=actor, now=now):
        return False
    record(client.business, events.AmbassadorBlocked(), client=client.pk, actor=actor, now=now)
    for reward in _theirs(client).filter(state__in=Reward.OPEN).order_by("pk"):
        rewards.decline(reward, reason=INACTIVE, note=note, actor=actor, now=now)
    return True


@whole
def restore_ambassador(client: Client, *, actor: str, now: datetime) -> bool:
    """Take trust or block back; what the block declined is promised again and settled anew. Say whether there was one.

    What has ended since stays ended.
    """
    if not Trust.objects.filter(client=client).delete()[0]:
        return False
    record(client.business, events.AmbassadorRestored(), client=client.pk, actor=actor, now=now)
    for reward in _theirs(client).filter(state=Reward.State.DECLINED, reason=INACTIVE).order_by("pk"):
        referral = Referral.objects.select_related("business").get(pk=reward.source_id)
        if referral.reason not in ("", Referral.Reason.COMPLETED):
            continue
        rewards.reopen(reward, actor=actor, now=now)
        settle(referral, actor=actor, now=now)
    return True


def _theirs(client: Client) -> QuerySet[Reward]:
    found = Reward.objects.filter(business=client.business, client=client, source_kind="referral")
    return found.filter(side=Reward.Side.AMBASSADOR).select_related("business", "client")


def _stand(client: Client, kind: Trust.Kind, note: str, *, actor: str, now: datetime) -> bool:
    """Write the standing, one a client. Raise Refused for a deleted one."""
    locked = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if locked.status == Client.Status.DELETED:
        raise Refused(_("This client was deleted."), code="deleted", then=_("Add them as a new client."))
    if Trust.objects.filter(client=client, kind=kind).exists():
        return False
    said = {"kind": kind, "note": note[:300], "at": now, "by": actor}
    Trust.objects.update_or_create(business=client.business, client=client, defaults=said)
    return True
