"""How many register from one internet connection within minutes (FRA-4); the business's own networks do not count."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.referrals.models import Arrival, Referral, Trust

from .base import Noticed, Sign, signs

MOST, WITHIN = 20, timedelta(minutes=10)


@signs
class ManyFromOneAddress(Sign):
    """Many registrations came from one internet address within minutes; all of them wait."""

    name = "many_from_one_address"
    label = gettext_lazy("Many registrations from one internet address")
    advice = gettext_lazy("Approve them if there was an event; else call a few of them before you decide.")
    away_only = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Count the forms from the same connection, of whatever ambassador."""
        mine = Arrival.objects.filter(referral=referral).first()
        if mine is None:
            return None
        near = Arrival.objects.filter(business=referral.business, mark=mine.mark, at__gt=now - WITHIN)
        number = near.count()
        if number <= MOST:
            return None
        kin = Referral.objects.filter(arrivals__in=near).exclude(pk=referral.pk)
        kin = kin.exclude(ambassador__trust__kind=Trust.Kind.TRUSTED)
        fresh = list(kin.exclude(signs__name=self.name).values_list("pk", flat=True))
        last = kin.filter(signs__name=self.name).order_by("-pk").values_list("pk", flat=True)[:1]
        return Noticed({"number": number}, others=(*fresh, *last))

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say what it means, the harmless reason, and what to do about it."""
        return _(
            "More than 20 people registered from one internet connection within ten minutes. An event can be why; "
            "if it is your own connection, say so in the settings under “Networks”."
        )
