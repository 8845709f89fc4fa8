"""Two businesses write to one stranger at the same moment: one mail goes (FRA-13)."""

from collections import Counter

import pytest
from django.db import transaction

from plusone.kernel import once, strangers
from plusone.kernel.models import Once
from racing import ON_POSTGRES, meeting, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def both_write() -> Counter[str]:
    outcomes = race(*(lambda: strangers.write_to("vera@elsewhere.example", now=NOON) for _business in range(2)))
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_one_mail_goes() -> None:
    """Again and again: where the last mail was looked for before they were counted, one race of twenty let both go."""
    for _race in range(20):
        Once.objects.all().delete()
        assert both_write() == {"NoneType": 1, "Refused": 1}
        assert Once.objects.count() == 1


def test_one_mail_goes_control(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted without the constraint both go on PostgreSQL; SQLite lets one write at a time."""
    meet = meeting()

    def naively(scope: str, key: str) -> bool:
        assert transaction.get_connection().in_atomic_block
        meet()
        Once.objects.get_or_create(scope=scope, key=key)
        return True

    monkeypatch.setattr(once, "claim", naively)
    assert both_write() == ({"NoneType": 2} if ON_POSTGRES else {"NoneType": 1, "Refused": 1})
