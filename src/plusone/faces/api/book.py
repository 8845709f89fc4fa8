"""`/insights/balance-book`: what clients' balances are worth, for whoever keeps the accounts."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from plusone.insights import queries
from plusone.kernel import clock
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business

from .call import Call
from .fields import Amount, Found
from .insights import Day
from .paging import Page

router = Router(tags=["Insights"])


class BookMonthOut(Found):
    """A month of the book; what went out has a minus. `closing` is `opening` and all movements between them."""

    month: Annotated[str, Field(description="A calendar month of the business: 2026-03.")]
    opening: Amount
    earned: Amount
    brought: Annotated[int, Field(description="Opening balances, and what was moved between clients.")]
    adjusted: Amount
    redeemed: Amount
    reversed: Amount
    expired: Amount
    revoked: Amount
    closing: Amount
    held: Annotated[int, Field(description="The part of `closing` that open orders reserve.")]
    available: Amount


class BookOut(Found):
    """A page of months."""

    items: list[BookMonthOut]
    next: str | None


class Moments(BaseModel):
    """Which day."""

    day: Annotated[Day | None, Field(description="Its end counts; without it, now.")] = None


class SnapshotOut(Found):
    """What balances were worth at the end of a day: a debt of the business."""

    day: date
    closing: Amount
    held: Amount
    available: Amount
    expires_in_30_days: Amount
    expires_in_90_days: Amount
    owed: Annotated[int, Field(description="What clients owe, because a reward was taken back that they had used.")]


def _months(business: Business, before: str | None, now: Any) -> Iterator[dict[str, Any]]:
    """Yield the months of the book, newest first, those before `before` alone; each year is read once it is reached."""
    for year in queries.book_years(business, now=now):
        if before is not None and f"{year}-01" >= before:
            continue
        for found in reversed(queries.balance_book(business, year, now=now)):
            month = f"{found.first:%Y-%m}"
            if before is None or month < before:
                yield {"month": month, **asdict(found), "available": found.available}


@router.get("/balance-book", response=BookOut)
def list_balance_book(request: Call, wanted: Query[Page]) -> dict[str, Any]:
    """List the months of the balance book, newest first. A month that is over never changes."""
    if wanted.cursor is not None and not _is_month(wanted.cursor):
        raise Invalid(_("This cursor does not belong to this list."), field="cursor", code="invalid_cursor")
    found = list(islice(_months(request.business, wanted.cursor, request.now), wanted.limit + 1))
    items = found[: wanted.limit]
    return {"items": items, "next": items[-1]["month"] if len(found) > wanted.limit else None}


def _is_month(text: str) -> bool:
    try:
        return f"{date.fromisoformat(f'{text}-01'):%Y-%m}" == text
    except ValueError:
        return False


@router.get("/balances", response=SnapshotOut)
def get_balances(request: Call, wanted: Query[Moments]) -> dict[str, Any]:
    """Return what all balances were worth at the end of a day, or are worth now, and what of it expires soon."""
    business, today = request.business, clock.today(request.business, request.now)
    day = wanted.day if wanted.day is not None and wanted.day < today else None
    stood = queries.snapshot(business, day, now=request.now)
    soon, later = stood.soon
    return {
        "day": day or today,
        "closing": stood.closing,
        "held": stood.held,
        "available": stood.available,
        "expires_in_30_days": soon,
        "expires_in_90_days": later,
        "owed": stood.owed,
    }
