"""A link that a crowd uses rests until somebody has looked (FRA-8). Nothing is declined, and it goes on as it was."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from plusone.events.commands import record
from plusone.referrals import events
from plusone.referrals.models import Referral, Trust


@transaction.atomic
def pause_link(referral: Referral, *, now: datetime) -> bool:
    """Let the link of a referral's ambassador register nobody. Say whether that is new.

    The client is not locked: whoever registers by the same link has a share of the row already.
    """
    said = {"business": referral.business, "kind": Trust.Kind.PAUSED, "at": now, "by": "system"}
    if not Trust.objects.get_or_create(client_id=referral.ambassador_id, defaults=said)[1]:
        return False
    told = events.AmbassadorPaused(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.ambassador_id, actor="system", now=now)
    return True


@transaction.atomic
def lift_pauses(referrals: Iterable[Referral], *, actor: str, now: datetime) -> None:
    """Let the links of these referrals' ambassadors go on, since a person found it right."""
    for referral in {one.ambassador_id: one for one in referrals}.values():
        if Trust.objects.filter(client=referral.ambassador_id, kind=Trust.Kind.PAUSED).delete()[0]:
            told = events.AmbassadorRestored()
            record(referral.business, told, client=referral.ambassador_id, actor=actor, now=now)
