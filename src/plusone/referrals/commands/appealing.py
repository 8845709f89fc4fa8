"""A client who is not paid because of a doubt asks for a person's look (TRUST A3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.referrals import events
from plusone.referrals.doubt.people import Appeal
from plusone.referrals.models import DoubtSign, Referral
from plusone.referrals.queries import may_appeal


@transaction.atomic
def ask_for_review(referral: Referral, *, actor: str, now: datetime) -> bool:
    """Put it with the evidence that the ambassador asks for a look, and tell the owner. Say whether that is new.

    Raise Refused where no doubt holds the recommendation or has ended it.
    """
    last = DoubtSign.objects.filter(referral=referral).exclude(name=Appeal.name).order_by("-case_id").first()
    if last is None or not may_appeal(referral):
        raise Refused(
            _("Nothing about this recommendation waits for a look."),
            code="no_doubt",
            then=_("Write to the business about anything else."),
        )
    seen = {"first_at": now, "last_at": now}
    about = {"business": referral.business, "case_id": last.case_id, **seen}
    if not DoubtSign.objects.get_or_create(referral=referral, name=Appeal.name, defaults=about)[1]:
        return False
    told = events.ReferralAppealed(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    return True
