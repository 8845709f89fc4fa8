"""Two records of one person become one: one recommendation of them remains, and their friends are one person's."""

from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.referrals import queries
from plusone.referrals.models import Referral, Trust, Visit, VisitDay
from plusone.rewards.models import Reward

from .settling import close_open, mark_activated, settle

Reason = Referral.Reason


def move_made(gone: Client, kept: Client) -> int:
    """Let friends whom one record brought be brought by another. Return how many.

    Raise Refused where one of the two recommended the other.
    """
    both = (gone.pk, kept.pk)
    between = Q(ambassador__in=both, friend__in=both)
    mine = Referral.objects.filter(business=gone.business)
    if mine.filter(between).exclude(reason__in=queries.FREED).exists():
        raise Refused(
            _("One of the two recommended the other, and nobody recommends themselves."),
            code="self_referral",
            then=_("Reject that recommendation first."),
        )
    if Trust.objects.filter(client=kept).exists():
        Trust.objects.filter(client=gone).delete()
    Trust.objects.filter(client=gone).update(client=kept)
    return mine.filter(ambassador=gone).exclude(between).update(ambassador=kept)


def move_received(gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
    """Let one recommendation of two records remain: one that brought its ambassador something already, else one that is
    open, and of such the first. Another is withdrawn: what is promised in it lapses, what was given stays given.
    Return how many moved.

    What is due by the orders and visits of both is given at once. Raise Refused where the two came through each other.
    """
    both = (gone.pk, kept.pk)
    came = Referral.objects.filter(business=gone.business, friend__in=both, returned_from=None)
    standing = list(came.exclude(reason__in=queries.FREED).select_related("business").order_by("registered_at", "id"))
    given = Reward.objects.filter(
        business=gone.business,
        source_kind="referral",
        source_id__in=[one.pk for one in standing],
        side=Reward.Side.AMBASSADOR,
        state__in=Reward.GIVEN,
    )
    paid = set(given.values_list("source_id", flat=True))
    standing.sort(key=lambda one: (one.pk not in paid, one.reason not in ("", Reason.COMPLETED)))  # stable
    for other in standing[1:]:
        if not close_open(other, Reason.WITHDRAWN, actor=actor, now=now):
            Referral.objects.filter(pk=other.pk).update(reason=Reason.WITHDRAWN)
    moved = Referral.objects.filter(business=gone.business, friend=gone).exclude(ambassador=kept).update(friend=kept)
    _no_circle(kept)
    if standing:
        remains = Referral.objects.select_related("business", "friend").get(pk=standing[0].pk)
        remains.friend = kept
        if kept.activated_at is not None:
            mark_activated(kept, via=kept.activated_via or "manual", actor=actor, now=now)
        settle(remains, actor=actor, now=now)
    return moved


def move_link_visits(gone: Client, kept: Client) -> int:
    """Add up how often the two links were opened. Return how many days were moved."""
    Visit.objects.filter(business_id=gone.business_id, client_id=gone.pk).update(client_id=kept.pk)
    days = list(VisitDay.objects.filter(client=gone))
    for day in days:
        same = VisitDay.objects.filter(business=gone.business, client=kept, campaign=day.campaign_id, day=day.day)
        if same.update(visits=F("visits") + day.visits):
            day.delete()
        else:
            VisitDay.objects.filter(pk=day.pk).update(client=kept)
    return len(days)


def _no_circle(kept: Client) -> None:
    above, seen = queries.ambassador_of(kept), set()
    while above is not None and above.pk not in seen:
        if above.pk == kept.pk:
            raise Refused(
                _("One of the two came through friends of the other."),
                code="goes_in_circles",
                then=_("Reject one of those recommendations first."),
            )
        seen.add(above.pk)
        above = queries.ambassador_of(above)
