"""Who recommends whom: rings, staff who recommend to themselves, people who were here days ago."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.clients.models import Client
from plusone.clients.queries import COOLDOWN_DAYS, left_recently
from plusone.referrals.models import Referral
from plusone.referrals.standing import team_of

from .address import looks_like
from .base import Noticed, Sign, signs

RING_MAX = 12
FREED = ("rejected", "withdrawn", "campaign_ended")


@signs
class Ring(Sign):
    """People who recommended each other in a circle (FRA-3)."""

    name = "ring"
    label = gettext_lazy("They recommend each other in a circle")
    advice = gettext_lazy("Ask them who came first, and approve that recommendation alone.")
    public_only = False

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Walk up from the ambassador: who recommended them, and who that one, until the friend comes up again."""
        chain: list[int] = []
        person: Client = referral.ambassador
        for _step in range(RING_MAX):
            above = (
                Referral.objects.filter(business=referral.business, friend=person)
                .exclude(reason__in=FREED)
                .select_related("ambassador")
                .order_by("-id")
                .first()
            )
            if above is None or above.pk in chain or above.pk == referral.pk:
                return None
            chain.append(above.pk)
            person = above.ambassador
            detail = {"people": len(chain) + 1}
            if person.pk == referral.friend_id:
                return Noticed(detail, others=tuple(chain))
            if looks_like(person, referral.friend):
                return Noticed({**detail, "first": person.pk, "again": referral.friend_id}, others=tuple(chain))
        return None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say how large the circle is, and where it closes with two records of one person, which ones."""
        friend, first = referral.friend, None
        said = _("%(people)s people recommended each other in a circle that ends with %(friend)s.") % {
            "people": detail.get("people", 2),
            "friend": friend.full_name,
        }
        if detail.get("again") == friend.pk:
            first = Client.objects.filter(business=referral.business, pk=detail.get("first") or 0).first()
        if first is None or first.deleted_at is not None:
            return said
        one = _("%(friend)s (%(address)s) and %(other)s (%(email)s) seem to be one person.") % {
            "friend": friend.full_name,
            "address": friend.email or "–",
            "other": first.full_name,
            "email": first.email or "–",
        }
        return f"{said} {one}"


@signs
class StaffAmbassador(Sign):
    """Somebody who works here recommends with a link of their own (FRA-12). The owner is left out."""

    name = "staff_ambassador"
    label = gettext_lazy("The ambassador works here")
    advice = gettext_lazy("Ask the friend how they heard of you before you approve.")
    public_only = False

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Look for a collaborator with the ambassador's login or address."""
        team = team_of(referral.business)
        return Noticed() if team.filter(pk=referral.ambassador_id).exists() else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say who."""
        return _("%(ambassador)s works here. Make sure that %(friend)s did not come by themselves.") % {
            "ambassador": referral.ambassador.full_name,
            "friend": referral.friend.full_name,
        }


@signs
class CameBack(Sign):
    """Who was deleted some days ago and registers again as a new friend (CASES 27)."""

    name = "came_back"
    label = gettext_lazy("Was deleted here some days ago")
    advice = gettext_lazy("Approve only if the friend was really won back by the ambassador.")
    public_only = False

    def look(self, referral: Referral, *, now: datetime) -> Noticed | None:
        """Ask for the marks that deleted people leave for a while."""
        friend = referral.friend
        return Noticed() if left_recently(friend.business, friend.email or "", friend.phone, now=now) else None

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say how long that is remembered."""
        return ngettext(
            "Somebody with this address or phone was deleted here within the last %(days)s day.",
            "Somebody with this address or phone was deleted here within the last %(days)s days.",
            COOLDOWN_DAYS,
        ) % {"days": COOLDOWN_DAYS}


@signs
class Unchecked(Sign):
    """A check could not be made; nothing is given unseen (FRA-15)."""

    name = "unchecked"
    label = gettext_lazy("A check failed")
    advice = gettext_lazy("Look at the friend's details yourself, then decide.")
    public_only = False

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say whose fault it is."""
        return _("A check did not work on our side, so a person has to look. This says nothing about the people.")


@signs
class Appeal(Sign):
    """The client asks for a look, or for another one; it comes from their page and notices nothing by itself."""

    name = "appeal"
    label = gettext_lazy("Asks for a review")
    advice = gettext_lazy("Look at it again, decide, and tell the ambassador why.")
    public_only = False

    def says(self, referral: Referral, detail: Mapping[str, Any]) -> str:
        """Say who asks."""
        return _("%(ambassador)s asks you to look at this: it is right, they say.") % {
            "ambassador": referral.ambassador.full_name
        }
