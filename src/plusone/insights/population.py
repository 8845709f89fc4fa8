"""Who counts: the referrals, friends and rewards that the figures are about.

Rejected referrals do not count, imported ones do.
"""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from plusone.clients.events import ClientArchived, ClientReactivated
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.models import Lot, Transfer
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward

from .scope import Scope

K = Transfer.Kind


def counted(scope: Scope) -> QuerySet[Referral]:
    """Return the referrals of new friends that count, of all time, of the campaign if there is one. Former clients who
    came back are no leads and no new clients: they have a figure of their own."""
    found = Referral.objects.filter(business=scope.business, returned_from=None).exclude(
        reason=Referral.Reason.REJECTED
    )
    return found.filter(campaign=scope.campaign) if scope.campaign else found


def returned(scope: Scope) -> QuerySet[Referral]:
    """Return the referrals of former clients who came back and are clients again, of the campaign if there is one."""
    found = Referral.objects.filter(
        business=scope.business, returned_from__isnull=False, activated_at__isnull=False
    ).exclude(reason=Referral.Reason.REJECTED)
    return found.filter(campaign=scope.campaign) if scope.campaign else found


def activated_friends(scope: Scope) -> QuerySet[Any]:
    """Return the keys of the clients who came by a referral and became active (M-5)."""
    return counted(scope).filter(activated_at__isnull=False).values("friend")


def open_leads(scope: Scope) -> QuerySet[Referral]:
    """Return the referrals whose friend is a lead, at the end of the scope (M-2).

    Whether their reward can still be had does not matter: a friend whose time ran out is a lead as before.
    """
    if not scope.is_past:
        return _unfinished(scope).filter(friend__status=Client.Status.LEAD)
    last = _put_aside(scope.business, scope.moment)
    return _unfinished(scope).annotate(put_aside=last).exclude(put_aside=ClientArchived.name)


def archived_leads(scope: Scope) -> QuerySet[Referral]:
    """Return the referrals of leads who are archived, at the end of the scope (shown apart from M-4)."""
    if not scope.is_past:
        return _unfinished(scope).filter(friend__status=Client.Status.ARCHIVED)
    last = _put_aside(scope.business, scope.moment)
    return _unfinished(scope).annotate(put_aside=last).filter(put_aside=ClientArchived.name)


def _unfinished(scope: Scope) -> QuerySet[Referral]:
    """Return the referrals that were registered by the end of the scope and whose friend was no client by then, nor
    deleted."""
    return counted(scope).filter(
        scope.by_end("registered_at"),
        scope.not_by_end("activated_at"),
        scope.not_by_end("friend__activated_at"),
        scope.not_by_end("friend__deleted_at"),
    )


def _put_aside(business: Business, at: datetime) -> Coalesce:
    """Return whether the friend's last word before `at` was that they were archived: only the log remembers that."""
    told = Event.objects.filter(
        business=business,
        client_id=OuterRef("friend"),
        at__lt=at,
        name__in=(ClientArchived.name, ClientReactivated.name),
    )
    return Coalesce(Subquery(told.order_by("-at", "-id").values("name")[:1]), Value(""))


def rewards_in(scope: Scope, side: str) -> QuerySet[Reward]:
    """Return the rewards of one side that referrals earned, of the campaign if there is one."""
    found = Reward.objects.filter(business=scope.business, source_kind="referral")
    if side:
        found = found.filter(side=side)
    if scope.campaign:
        found = found.filter(source_id__in=Referral.objects.filter(campaign=scope.campaign).values("id"))
    return found


def postings(scope: Scope, side: str) -> QuerySet[Transfer]:
    """Return what was posted for rewards of one side: earned (+), taken back (−) at once or by paying a debt off."""
    rewards = rewards_in(scope, side)
    wanted = Q(kind__in=(K.EARN, K.REVOKE), ref_kind="reward", ref_id__in=rewards.values("id"))
    if side == Reward.Side.AMBASSADOR and not scope.campaign:
        wanted |= Q(kind=K.REVOKE, ref_kind="", client_id__in=rewards.values("client"))
    return Transfer.objects.filter(wanted, business=scope.business)


def lots_in(scope: Scope, side: str) -> QuerySet[Lot]:
    """Return the lots of balance that rewards made, those that a merge moved to the record that stays, and those that
    gave such balance back after its end."""
    made = Q(kind=K.EARN) | Q(kind=K.TRANSFER, amount__gt=0)
    earned = Transfer.objects.filter(
        made, business=scope.business, ref_kind="reward", ref_id__in=rewards_in(scope, side).values("id")
    )
    again = Transfer.objects.filter(business=scope.business, kind=K.REVERSAL, lot_uses__lot__transfer__in=earned)
    return Lot.objects.filter(
        Q(transfer__in=earned.values("id")) | Q(transfer__in=again.values("id")), business=scope.business
    )


def client_of(reference: str) -> QuerySet[Client]:
    """Return the client whose key a row holds as a plain number."""
    return Client.objects.filter(pk=OuterRef(reference))


def friend_of_reward(reference: str) -> QuerySet[Client]:
    """Return the friend because of whom the reward was earned whose key a row holds."""
    source = Reward.objects.filter(pk=OuterRef(OuterRef(reference))).values("source_id")[:1]
    return Client.objects.filter(referrals_received__id=Subquery(source))


def ambassador_of(client: str) -> dict[str, Any]:
    """Return the cells of who recommended the client that a row holds."""
    found = Referral.objects.filter(friend=OuterRef(client), activated_at__isnull=False, returned_from=None)
    newest = found.exclude(reason=Referral.Reason.REJECTED).order_by("-id")
    return {
        "ambassador_id": Subquery(newest.values("ambassador__public_id")[:1]),
        "ambassador_first": Subquery(newest.values("ambassador__first_name")[:1]),
        "ambassador_last": Subquery(newest.values("ambassador__last_name")[:1]),
    }
