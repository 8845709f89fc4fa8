"""Two owners who remove each other at the same moment: one of them stays (R-221)."""

from collections import Counter

import pytest

from plusone.connect.commands import remove_from_team, team
from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import Business, Collaborator, User
from racing import ON_POSTGRES, meeting, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def both_leave(gym: Business) -> Counter[str]:
    first = Collaborator.objects.get(business=gym)
    second = add_collaborator(gym, User.objects.create_user("eva@vela.example"), role="owner")
    outcomes = race(*(lambda row=row: remove_from_team(row, actor="user:1", now=NOON) for row in (first, second)))  # type: ignore[misc]
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_one_owner_stays(gym: Business) -> None:
    assert both_leave(gym) == {"bool": 1, "LastOwner": 1}
    assert Collaborator.objects.filter(business=gym, role="owner").count() == 1


def test_one_owner_stays_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both go on PostgreSQL; SQLite lets one write at a time."""
    counted = team._owners
    monkeypatch.setattr(team, "lock_business", lambda business: None)
    meet = meeting()

    def slowly(business: Business) -> int:
        number = counted(business)
        meet()
        return number

    monkeypatch.setattr(team, "_owners", slowly)
    assert both_leave(gym) == ({"bool": 2} if ON_POSTGRES else {"bool": 1, "LastOwner": 1})
