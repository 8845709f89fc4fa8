"""Two records of one person become one: one recommendation of them remains, and their friends are one person's."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from plusone.clients.events import ClientArchived, ClientReactivated
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.referrals import queries
from plusone.referrals.models import Referral, Trust, Visit, VisitDay
from plusone.rewards.models import Reward

from .doubting import join_cases
from .settling import close_open, mark_activated, settle

Reason = Referral.Reason


def move_made(gone: Client, kept: Client) -> int:
    """Let friends whom one record brought be brought by another; what is doubtful of both is one case. Return how many.

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
    join_cases(gone, kept)  # before the recommendations are locked, as everywhere
    if Trust.objects.filter(client=kept).exists():
        Trust.objects.filter(client=gone).delete()
    Trust.objects.filter(client=gone).update(client=kept)
    return mine.filter(ambassador=gone).exclude(between).update(ambassador=kept)


def move_received(gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
    """Let one recommendation of two records remain as a new friend, and one for each time that they left: one that
    brought its ambassador something already, else one that is open, and of such the first; and of those that are open,
    returns included, one. Another is withdrawn: what is promised in it lapses, what was given stays given. So is one of
    whom was a client all the time (R-023, Q-10). Return how many moved.

    What is due by the orders and visits of both is given at once. Raise Refused where the two came through each other.
    """
    every = Referral.objects.filter(business=gone.business, friend__in=(gone.pk, kept.pk))
    came = list(every.exclude(reason__in=queries.FREED).select_related("business").order_by("registered_at", "id"))
    paid = _paid(gone, came)
    counting = [one for one in came if one.pk in paid or not _was_client(one, gone, kept)]
    counting.sort(key=lambda one: (one.pk not in paid, one.reason not in ("", Reason.COMPLETED)))  # stable
    # One as a new friend, and one for each time that they left: both records may have been put aside in one act.
    once = {one.returned_from: one for one in reversed(counting)}
    counting = [one for one in came if one in once.values()]
    still_open = sorted((one for one in counting if one.is_open), key=lambda one: one.pk not in paid)  # stable
    remain = [one for one in counting if not one.is_open or one in still_open[:1]]
    for other in came:
        if other not in remain and not close_open(other, Reason.WITHDRAWN, actor=actor, now=now):
            Referral.objects.filter(pk=other.pk).update(reason=Reason.WITHDRAWN)
    moved = every.filter(friend=gone).exclude(ambassador=kept).update(friend=kept)
    _no_circle(kept)
    for one in remain:
        # Who was asked back as the record that goes is a client again by the one that stays.
        came_back = one.returned_from is not None and one.friend_id == gone.pk and one.is_open
        if kept.activated_at is not None and (one.returned_from is None or came_back):
            via = kept.activated_via or "manual"
            mark_activated(kept, via=via, came_back=came_back, actor=actor, now=now)
        settle(one, actor=actor, now=now)
    return moved


def _paid(gone: Client, came: Sequence[Referral]) -> set[int]:
    """Return which recommendations brought their ambassador something."""
    given = Reward.objects.filter(
        business=gone.business,
        source_kind="referral",
        source_id__in=[one.pk for one in came],
        side=Reward.Side.AMBASSADOR,
        state__in=Reward.GIVEN,
    )
    return set(given.values_list("source_id", flat=True))


def _was_client(one: Referral, gone: Client, kept: Client) -> bool:
    """Say whether a recommendation that is open, or ran out of time, is of somebody who was a client by the other
    record: paying for more than 72 hours, or, of who is asked back, not away. What a person said with a note stays
    said."""
    if one.note or not (one.is_open or one.reason == Reason.NOT_CONVERTED):
        return False
    if one.returned_from is not None:
        return one.friend_id == gone.pk and not _was_away(kept, one.registered_at)
    return queries.is_late_to_say_who_sent(kept, now=one.registered_at)  # the payments of both are theirs by now


def _was_away(client: Client, at: datetime) -> bool:
    """Say whether somebody was no active client at a moment."""
    if client.activated_at is None or client.activated_at > at:
        return True
    moves = Event.objects.filter(
        business=client.business_id,
        client_id=client.pk,
        name__in=(ClientArchived.name, ClientReactivated.name),
        at__lte=at,
    )
    last = moves.order_by("-at", "-id").values_list("name", flat=True).first()
    return last == ClientArchived.name


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
