"""Visits of links: a row each, on disk before the answer, and counted by day later (PERFORMANCE 2)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from plusone.clients.models import Client
from plusone.kernel import clock, ids
from plusone.kernel.models import Business
from plusone.referrals.models import RollUp, Trial, Visit, VisitDay
from plusone.referrals.queries import day_of_visit
from plusone.referrals.touches import time_of_visit

SETTLED_MS = 5_000  # Ids are made before their commit: only what is older than this is counted.
BATCH = 5_000
FRESH = timedelta(minutes=1)


def record_visit(business_id: int, client_id: int, campaign_id: int) -> int:
    """Write that a link was opened, in a transaction of its own. Return the visit's id."""
    if clock.is_given():
        return record_past_visit(business_id, client_id, campaign_id, at=clock.now())
    visit = Visit(business_id=business_id, client_id=client_id, campaign_id=campaign_id)
    visit.save(force_insert=True)
    return visit.pk


@transaction.atomic
def record_past_visit(business_id: int, client_id: int, campaign_id: int, *, at: datetime) -> int:
    """Write that a link was opened some time ago. Where that time is rolled up already, its day is counted at once."""
    key = ids.time_id_near(int(at.timestamp() * 1000))
    visit = Visit.objects.create(id=key, business_id=business_id, client_id=client_id, campaign_id=campaign_id)
    if visit.id <= _mark():
        _count([visit])
    return visit.id


@transaction.atomic
def set_apart_own_visit(client: Client, visit_id: int, *, now: datetime) -> bool:
    """Take a visit out of the figures, because the link's own client or the team made it just now (CASES 87).

    Only within a minute: the address with the visit in it may be handed on, to somebody whose own it is not. Say
    whether it counted before. Like a visit it is a row and no fact.
    """
    if not timedelta(0) <= now - time_of_visit(visit_id) <= FRESH:
        return False
    mark = _mark()
    own = Visit.objects.filter(pk=visit_id, business_id=client.business_id, client_id=client.pk, is_own=False)
    if not own.update(is_own=True):
        return False
    if visit_id <= mark:
        _count([Visit.objects.get(pk=visit_id)], step=-1)
    return True


@transaction.atomic
def record_trial(business: Business, *, now: datetime) -> None:
    """Write that a business's own test link was opened. Like a visit it is a row and no fact."""
    first = {"visits": 1, "first_at": now, "last_at": now}
    _trial, is_new = Trial.objects.get_or_create(business=business, defaults=first)
    if not is_new:
        Trial.objects.filter(business=business).update(visits=F("visits") + 1, last_at=now)


@transaction.atomic
def roll_up_visits(now: datetime) -> int:
    """Count settled visits into their days, with the mark in the same transaction. Return how many were counted."""
    mark = _mark()
    settled = ids.time_id_at(int(now.timestamp() * 1000) - SETTLED_MS)
    visits = list(Visit.objects.filter(id__gt=mark, id__lt=settled).order_by("id")[:BATCH])
    if not visits:
        return 0
    _count([visit for visit in visits if not visit.is_own])
    RollUp.objects.filter(name="visits").update(mark=visits[-1].id)
    return len(visits)


def _mark() -> int:
    """Return up to which visit the days are counted, locked until the transaction ends."""
    found = RollUp.objects.select_for_update().filter(name="visits")
    mark = found.values_list("mark", flat=True).first()
    if mark is None:
        RollUp.objects.get_or_create(name="visits")
        mark = found.values_list("mark", flat=True).get()
    return mark


def _count(visits: Sequence[Visit], *, step: int = 1) -> None:
    zones = dict(Business.objects.filter(id__in={visit.business_id for visit in visits}).values_list("id", "timezone"))
    days: dict[tuple[int, int, int, date], int] = {}
    for visit in visits:
        if visit.business_id in zones:
            key = (
                visit.business_id,
                visit.client_id,
                visit.campaign_id,
                day_of_visit(visit.id, zones[visit.business_id]),
            )
            days[key] = days.get(key, 0) + step
    for (business, client, campaign, day), number in days.items():
        row = {"business_id": business, "client_id": client, "campaign_id": campaign, "day": day}
        VisitDay.objects.get_or_create(**row, defaults={"visits": 0})
        VisitDay.objects.filter(**row).update(visits=F("visits") + number)
