"""CASES 71: the balance page says what expires when."""

from datetime import date

import pytest

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.commands import earn

from .conftest import LogIn

pytestmark = pytest.mark.django_db


def test_the_balance_page_says_what_expires_when(gym: Business, ana: Client, log_in: LogIn) -> None:
    """CASES 71: two lots of one day are one line; what never expires is none."""
    who = {"actor": "user:1", "now": clock.now()}
    browser = log_in(ana)
    earn(gym, ana.pk, 700, key="never", **who)
    assert "What expires when" not in browser.get(f"/p/{gym.slug}/balance/").content.decode()
    for number, (day, amount) in enumerate(
        [(date(2099, 5, 12), 300), (date(2098, 5, 12), 900), (date(2099, 5, 12), 1)]
    ):
        earn(gym, ana.pk, amount, key=f"{number}", expires_at=clock.day_start(gym, day), **who)
    page = browser.get(f"/p/{gym.slug}/balance/").content.decode()
    _before, _title, after = page.partition("What expires when")
    section = after.partition("</section>")[0]
    first, second = section.index("€9.00"), section.index("€3.01")
    assert section.index("12 May 2098" if "12 May 2098" in section else "May 12, 2098") < first < second
    assert section.count("<li>") == 2
