"""A code that many strangers use within an hour, or that advertisements spread (FRA-8)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.events.models import Event
from plusone.referrals.events import AmbassadorRestored
from plusone.referrals.models import Referral

from .base import PUBLIC, Noticed, Sign, signs

MOST, MOST_BY_ADS, WITHIN = 20, 5, timedelta(hours=1)
# Who pays for a click is told of it by these. Facebook puts its own on every link that people share with each other, so
# that one counts with others alone.
PAID = ("gclid", "msclkid", "ttclid")
CLICK_IDS = (*PAID, "fbclid")


@signs
class ManyByOneCode(Sign):
    """More people used one link within an hour than an ambassador knows in a day; all of them wait."""

    name = "many_by_one_code"
    label = gettext_lazy("Many registrations by one link")
    advice = gettext_lazy("Ask the ambassador where the link stands; approve the friends whom they know.")
    away_only = True

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Count what the link brought in the last hour, or since somebody found the crowd right, this one included."""
        near = Referral.objects.filter(
            business=referral.business, ambassador_id=referral.ambassador_id, source__in=PUBLIC, at_home=False
        )
        recent = near.filter(registered_at__gt=now - WITHIN)
        if not _is_many(recent):
            return None
        looked = Event.objects.filter(
            business=referral.business, client_id=referral.ambassador_id, name=AmbassadorRestored.name
        ).aggregate(at=Max("at"))["at"]
        if looked is not None and not _is_many(recent := recent.filter(registered_at__gt=looked)):
            return None
        others = recent.exclude(pk=referral.pk)
        fresh = list(others.exclude(signs__name=self.name).values_list("pk", flat=True))
        return Noticed({"number": recent.count(), "ads": recent.exclude(ad="").count()}, others=tuple(fresh))

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say how many."""
        number, ads = detail.get("number", MOST), detail.get("ads", 0)
        if number < MOST and ads:
            return ngettext(
                "%(count)s person came to this link by an advertisement within an hour.",
                "%(count)s people came to this link by an advertisement within an hour.",
                ads,
            ) % {"count": ads}
        return _("%(number)s people registered with this link within an hour. It may stand on a coupon site.") % {
            "number": number
        }


def _is_many(recent: QuerySet[Referral]) -> bool:
    return recent.count() >= MOST or recent.exclude(ad="").count() >= MOST_BY_ADS


@signs
class PaidClick(Sign):
    """The friend came by a click that somebody paid for, so the link stands in an advertisement."""

    name = "paid_click"
    label = gettext_lazy("Came by an advertisement")
    advice = gettext_lazy("Ask the ambassador to take the advertisement down, then approve the friends whom they know.")

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """See what the opened link carried."""
        return Noticed({"ad": referral.ad}) if referral.ad in PAID else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say what it means."""
        return _("The link was opened by a paid advertisement (%(name)s): nobody recommends friends that way.") % {
            "name": detail.get("ad", "")
        }
