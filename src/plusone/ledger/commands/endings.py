"""Telling clients in time that balance is about to expire (CASES 71)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import LotBalance, LotNotice

from . import posting

NOTICE_DAYS = (7, 30)  # the nearest first: who was not told in time hears the nearest alone


def tell_due(now: datetime) -> int:
    """Record, 30 and 7 of the business's days before it, what is about to expire; what ends on one day together.

    Return how many clients hear of something. Nothing is told of what is used up or held, nor of a lot that is younger
    than its notice: that it ends soon was said when it came.
    """
    told = 0
    for days in NOTICE_DAYS:
        coming = _untold(now, days).filter(expires_at__lt=now + timedelta(days=days + 2))  # wide enough for any zone
        owners = coming.order_by().values_list("account__business_id", flat=True).distinct()
        for business in Business.objects.filter(pk__in=list(owners)).order_by("pk"):
            last = clock.day_start(business, clock.today(business, now) + timedelta(days=days + 1))
            due = _untold(now, days).filter(account__business=business, expires_at__lt=last)
            clients = due.order_by("account__client_id").values_list("account__client_id", flat=True).distinct()
            told += sum(_tell(business, client_id, days, last, now) for client_id in list(clients))
    return told


@transaction.atomic
def _tell(business: Business, client_id: int, days: int, last: datetime, now: datetime) -> int:
    """Tell one client what of theirs ends before `last`. Say how many facts that made."""
    account = posting.lock(business, client_id)  # of two sweeps the second finds nothing left to tell
    due = _untold(now, days).filter(account=account, expires_at__lt=last)
    lots = list(due.select_related("lot__transfer").order_by("expires_at", "lot_id"))
    LotNotice.objects.bulk_create([LotNotice(lot_id=each.lot_id, days=days, at=now) for each in lots])
    grouped = groupby(lots, key=lambda each: clock.day_of(business, each.expires_at or now))
    return sum(_record(business, client_id, list(group), day, now) for day, group in grouped)


def _record(business: Business, client_id: int, lots: list[LotBalance], day: date, now: datetime) -> int:
    left = (day - clock.today(business, now)).days
    notice = next(days for days in NOTICE_DAYS if left <= days)
    if all(_is_younger(business, each, day - timedelta(days=notice)) for each in lots):
        return 0
    told = events.BalanceExpiring(amount=_free(lots), day=day.isoformat(), days=left)
    record(business, told, client=client_id, actor="system", now=now)
    return 1


def _free(lots: Iterable[LotBalance]) -> int:
    return sum(each.remaining - each.held for each in lots)


def _is_younger(business: Business, lot: LotBalance, notice: date) -> bool:
    return clock.day_of(business, lot.lot.transfer.at) >= notice


def _untold(now: datetime, days: int) -> QuerySet[LotBalance]:
    """Return the lots that still can be used and whose client was told nothing so near to the end."""
    told = LotNotice.objects.filter(lot=OuterRef("lot"), days__lte=days)
    return LotBalance.objects.filter(~Exists(told), remaining__gt=F("held"), expires_at__gt=now)
