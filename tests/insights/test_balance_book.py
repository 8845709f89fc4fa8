"""The liability book: each month's opening, movements and closing, against a recount of every lot (MON-17, M-9)."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from insights.story import NOW, at
from plusone.clients.models import Client
from plusone.insights.queries import balance_book, book_years, impact, snapshot
from plusone.insights.queries.liability import AMOUNTS
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.ledger import commands as ledger
from plusone.ledger.models import Hold, Lot, LotUse
from plusone.ledger.queries import faults, outstanding
from world import House

pytestmark = pytest.mark.django_db


def move(gym: Business, ana: Client, bea: Client) -> None:
    """Half a year of everything that can happen to a balance; times are UTC, Madrid is ahead."""

    def who(text: str) -> dict[str, Any]:
        return {"actor": "user:1", "now": at(text)}

    first_of_may = clock.day_start(gym, date(2026, 5, 1))
    ledger.open_balance(gym, ana.pk, 2000, key="old", **who("01-10 10:00"))
    ledger.earn(gym, ana.pk, 1500, key="a", ref=("reward", 1), **who("01-31 22:59"))  # 23:59, still January
    ledger.earn(gym, bea.pk, 900, key="b", expires_at=first_of_may, **who("01-31 23:01"))  # February
    ledger.adjust(gym, bea.pk, 250, key="c", reason="Sorry", **who("02-05 10:00"))
    used = ledger.redeem(gym, ana.pk, 1200, key="d", **who("02-10 10:00"))
    held = ledger.hold(gym, bea.pk, 300, key="e", **who("02-27 10:00"))
    ledger.reverse(used, 500, key="f", reason="", **who("03-31 22:30"))  # 00:30 on 1 April
    ledger.adjust(gym, ana.pk, -100, key="g", reason="Mistake", **who("04-02 10:00"))
    ledger.earn(gym, ana.pk, 800, key="h", expires_at=at("04-20 10:00"), **who("04-03 10:00"))
    late = ledger.redeem(gym, ana.pk, 600, key="i", **who("04-10 10:00"))
    # The worker slept from 15 April to 3 May: what ended in between counts as expired by its own day.
    ledger.expire_due(at("05-03 10:00"))
    ledger.reverse(late, 400, key="j", reason="", **who("05-04 10:00"))  # its lot is over: 30 days more
    ledger.release(held, **who("05-05 10:00"))  # reserved past its lot's end, free now, expires now
    ledger.revoke(gym, ana.pk, 9000, key="k", reason="Refund", ref=("reward", 1), allow_debt=True, **who("05-20 10:00"))
    ledger.earn(gym, ana.pk, 700, key="l", expires_at=at("07-10 10:00"), **who("06-01 10:00"))  # pays a debt
    ledger.earn(gym, bea.pk, 650, key="m", expires_at=at("07-10 10:00"), **who("06-02 10:00"))
    ledger.earn(gym, bea.pk, 50, key="n", expires_at=at("09-01 10:00"), **who("06-02 10:00"))


def recount(gym: Business, end: datetime) -> tuple[int, int]:
    """Return (all balances, what is reserved) before `end`, lot by lot in plain Python."""
    left: dict[int, int] = {}
    ends: dict[int, datetime | None] = {}
    for lot in Lot.objects.filter(business=gym).select_related("transfer"):
        if lot.transfer.at < end:
            left[lot.pk], ends[lot.pk] = lot.amount, lot.expires_at
    for use in LotUse.objects.filter(lot__business=gym).select_related("transfer", "lot"):
        comes_as_another = use.amount < 0 and use.lot.expires_at and use.lot.expires_at <= use.transfer.at
        if use.transfer.at < end and not comes_as_another:
            left[use.lot_id] -= use.amount
    reserved = dict.fromkeys(left, 0)
    for hold in Hold.objects.filter(business=gym, at__lt=end).prefetch_related("lots"):
        if hold.ended_at is None or hold.ended_at >= end:
            for part in hold.lots.all():
                reserved[part.lot_id] += part.amount
    live = {pk for pk, until in ends.items() if until is None or until > end}
    return sum(left[pk] if pk in live else reserved[pk] for pk in left), sum(reserved.values())


def months(gym: Business, now: datetime = NOW) -> list[tuple[int, ...]]:
    return [tuple(getattr(month, name) for name in AMOUNTS) for month in balance_book(gym, 2026, now=now)]


def test_the_book_ties_to_a_recount_of_every_lot(gym: Business, ana: Client, carla: Client) -> None:
    """Opening and movements make the closing; closing less reserved is M-9; a past month never changes."""
    before: dict[int, tuple[int, ...]] = {}
    move(gym, ana, carla)
    assert faults(gym) == []
    book = balance_book(gym, 2026, now=NOW)
    moves = ("earned", "brought", "adjusted", "redeemed", "reversed", "expired", "revoked")
    for month, following in zip(book, [*book[1:], None], strict=True):
        assert month.closing == month.opening + sum(getattr(month, name) for name in moves)
        assert following is None or following.opening == month.closing
        end = clock.day_start(gym, (month.first + timedelta(days=32)).replace(day=1))
        until = end - timedelta(hours=1)
        assert (month.closing, month.held) == recount(gym, min(end, NOW))
        assert month.available == impact(gym, until=clock.day_of(gym, until), now=NOW).outstanding_balance
        stood = snapshot(gym, clock.day_of(gym, until), now=NOW)
        assert (stood.closing, stood.held) == (month.closing, month.held)
        before[month.first.month] = tuple(getattr(month, name) for name in AMOUNTS)
    #        opening earned brought adjusted redeemed reversed expired revoked closing held
    assert list(before.values()) == [
        (0, 1500, 2000, 0, 0, 0, 0, 0, 3500, 0),
        (3500, 900, 0, 250, -1200, 0, 0, 0, 3450, 300),
        (3450, 0, 0, 0, 0, 0, 0, 0, 3450, 300),
        (3450, 800, 0, -100, -600, 500, -800, 0, 3250, 300),
        (3250, 0, 0, 0, 0, 400, -300, -3100, 250, 0),
        (250, 1400, 0, 0, 0, 0, 0, -700, 950, 0),
    ]
    assert book[-1].available == outstanding(gym, now=NOW)
    assert (snapshot(gym, None, now=NOW).soon, snapshot(gym, None, now=NOW).owed) == ((650, 700), 9000 - 3100 - 700)
    assert snapshot(gym, date(2026, 3, 31), now=NOW).soon == (0, 600)  # 1 May is 31 days on; 300 of 900 are reserved
    assert snapshot(gym, date(2026, 4, 1), now=NOW).soon == (600, 600)
    ledger.expire_due(NOW)
    ledger.adjust(gym, ana.pk, 77, key="z", reason="Later", actor="user:1", now=NOW + timedelta(days=20))
    assert months(gym, NOW + timedelta(days=20))[:5] == list(before.values())[:5]
    assert book_years(gym, now=NOW) == [2026]


def test_page_and_file_say_the_same(
    house: House,
    ana: Client,
    carla: Client,
    client: Browser,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    """MON-17: screen and file are equal to the minor unit; an empty book says so; a wrong month shows today's."""
    gym, owner = house.business, client
    User.objects.filter(pk=house.owner.pk).update(language="en")
    owner.force_login(house.owner)
    url = f"/b/{gym.slug}/balances/"
    assert "The book begins with the first balance" in owner.get(url).content.decode()
    move(gym, ana, carla)
    with django_assert_max_num_queries(12):
        page = owner.get(url, {"month": "2026-04"}).content.decode()
    sheet = b"".join(owner.get(f"/b/{gym.slug}/balances.csv", {"year": "2026"})).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    rows = {line.split(",")[0]: line.split(",")[1:] for line in sheet[1:]}
    april = "34.50 8.00 0.00 -1.00 -6.00 5.00 -8.00 0.00 32.50 3.00 29.50"
    assert rows["2026-04"] == april.split()
    for month in ("01", "02", "03", "04", "05"):
        cells = re.findall(rf'<a href="[^"]*\?month=2026-{month}">(.*?)</tr>', page, re.DOTALL)[-1]
        for amount in rows[f"2026-{month}"]:
            assert f"€{amount}".replace("€-", "-€") in cells
    assert "At the end of" in page
    for wrong in ("2026-13", "1999-01", "2099-01", "x"):
        assert "At the end of" not in owner.get(url, {"month": wrong}).content.decode()
