"""A code that many strangers use within an hour (FRA-8)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.referrals.models import Referral

from .base import PUBLIC, Noticed, Sign, signs

MOST, WITHIN = 20, timedelta(hours=1)


@signs
class ManyByOneCode(Sign):
    """More people used one link within an hour than an ambassador knows in a day."""

    name = "many_by_one_code"
    label = gettext_lazy("Many registrations by one link")

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Count what the link brought in the last hour, this one included."""
        recent = Referral.objects.filter(
            ambassador_id=referral.ambassador_id, source__in=PUBLIC, registered_at__gt=now - WITHIN
        )
        number = recent.count()
        return Noticed({"number": number}) if number >= MOST else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say how many."""
        return _("%(number)s people registered with this link within an hour. It may stand on a coupon site.") % {
            "number": detail.get("number", MOST)
        }
