"""Recommendations of the time before: without campaign and terms, closed from the start, rewarding nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.events.commands import record_many
from plusone.events.facts import Fact
from plusone.kernel.db import bulk
from plusone.kernel.models import Business
from plusone.referrals import events
from plusone.referrals.models import Referral
from plusone.referrals.queries import FREED
from plusone.store.models import Payment

SOURCE = "import"
Happened = tuple[Fact, int | None, datetime]


@dataclass(slots=True)
class RecommendedLine:
    """That a file says who recommended a client. `outcome`: created, same, or refused for `reason`."""

    number: int
    friend_id: int
    ambassador_id: int
    outcome: str = ""
    reason: str | Promise = ""
    referral_id: int | None = None


@transaction.atomic
def import_referrals(
    business: Business, lines: Sequence[RecommendedLine], *, actor: str, now: datetime, dry_run: bool = False
) -> None:
    """Write who recommended whom (CONTRACT): registered at the client's date, activated at their first imported order
    with money (`purchase`), else, where they are active, at their date (`manual`).

    Nobody is rewarded, now or by later orders. A friend who has an ambassador keeps that one.
    """
    friends = [line.friend_id for line in lines]
    there = dict(_standing(business).filter(friend__in=friends).values_list("friend_id", "ambassador_id"))
    has = dict(there)
    brought = set(_standing(business).filter(ambassador__in=friends).values_list("ambassador_id", "friend_id"))
    for line in lines:
        if line.friend_id == line.ambassador_id:
            _refuse(line, gettext_lazy("A client cannot recommend themselves."))
        elif has.setdefault(line.friend_id, line.ambassador_id) != line.ambassador_id:
            _refuse(line, gettext_lazy("Somebody else recommended this client before."))
        elif (line.friend_id, line.ambassador_id) in brought:
            _refuse(line, gettext_lazy("These two would have recommended each other."))
        else:
            line.outcome = "same" if line.friend_id in there else "created"
            brought.add((line.ambassador_id, line.friend_id))
    if dry_run:
        return
    new = [line for line in lines if line.outcome == "created"]
    clients = Client.objects.in_bulk([line.friend_id for line in new])
    referrals = [_closed(business, line, clients[line.friend_id]) for line in new]
    _time(referrals, clients)
    Referral.objects.bulk_create(referrals)
    for line, referral in zip(new, referrals, strict=True):
        line.referral_id = referral.pk
    facts: list[Happened] = []
    for referral in referrals:
        about: dict[str, Any] = {"referral": referral.pk, "ambassador": referral.ambassador_id}
        registered = events.ReferralRegistered(**about, source=SOURCE, flagged=False)
        facts.append((registered, referral.friend_id, referral.registered_at))
        facts += _activation(referral)
    record_many(business, facts, actor=actor)


@transaction.atomic
def time_imported(business: Business, friend_ids: Sequence[int], *, actor: str) -> int:
    """Date the imported referrals of these clients anew, after orders or dates of theirs came in. Return how many."""
    referrals = list(Referral.objects.filter(business=business, friend__in=friend_ids, source=SOURCE, campaign=None))
    before = {referral.pk: (referral.registered_at, referral.activated_at, referral.via) for referral in referrals}
    _time(referrals, Client.objects.in_bulk([referral.friend_id for referral in referrals]))
    moved = [
        referral
        for referral in referrals
        if before[referral.pk] != (referral.registered_at, referral.activated_at, referral.via)
    ]
    names = ("registered_at", "activated_at", "closed_at", "via")
    bulk.update(Referral, names, [(*(getattr(referral, name) for name in names), referral.pk) for referral in moved])
    activated = [referral for referral in moved if before[referral.pk][1:] != (referral.activated_at, referral.via)]
    record_many(business, [fact for referral in activated for fact in _activation(referral)], actor=actor)
    return len(moved)


@transaction.atomic
def undo_imported(business: Business, referral_ids: Sequence[int]) -> int:
    """Remove recommendations that an import wrote; rewards never come of those. Return how many."""
    found = Referral.objects.filter(business=business, pk__in=referral_ids, source=SOURCE, campaign=None)
    return found.delete()[0]


def _standing(business: Business) -> QuerySet[Referral]:
    return Referral.objects.filter(business=business).exclude(reason__in=FREED)


def _closed(business: Business, line: RecommendedLine, friend: Client) -> Referral:
    return Referral(
        business=business,
        ambassador_id=line.ambassador_id,
        friend_id=line.friend_id,
        state=Referral.State.CLOSED,
        reason=Referral.Reason.COMPLETED,
        source=SOURCE,
        registered_at=friend.created_at,
    )


def _time(referrals: Sequence[Referral], friends: dict[int, Client]) -> None:
    """Put the dates that client and imported orders give; an activation is moved, never undone."""
    imported = Payment.objects.filter(client__in=list(friends), method=SOURCE)
    paid = dict(imported.values_list("client_id").annotate(first=Min("at")).order_by())
    for referral in referrals:
        friend = friends[referral.friend_id]
        referral.registered_at = friend.created_at
        if first := paid.get(friend.pk):
            referral.activated_at, referral.via = first, "purchase"
        elif referral.activated_at or friend.is_active:
            referral.activated_at, referral.via = friend.created_at, "manual"
        referral.closed_at = referral.activated_at or referral.registered_at


def _activation(referral: Referral) -> list[Happened]:
    if referral.activated_at is None:
        return []
    about = {"referral": referral.pk, "ambassador": referral.ambassador_id}
    return [(events.ReferralActivated(**about, via=referral.via), referral.friend_id, referral.activated_at)]


def _refuse(line: RecommendedLine, reason: Promise) -> None:
    line.outcome, line.reason = "refused", reason
