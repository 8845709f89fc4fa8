"""What a person has once is given once, also by two at the same moment (R-145), on both engines."""

from collections import Counter
from typing import Any

import naive
import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.store.commands import HadAlready, create_membership_type, gifts, grant_membership
from plusone.store.models import Membership
from racing import ON_POSTGRES, meeting, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def twice(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch, *, by_type: bool = True) -> list[object]:
    """Give Ana a first class twice at the same moment; for once by its type, or by what the offer says."""
    once = create_membership_type(
        gym, name="Primera clase", kind="pack", uses=1, price=0, sellable=False, once_per_person=by_type, now=NOON
    )
    meet, keep = meeting(), gifts.keep

    def slowly(made: Membership) -> None:
        meet()  # both have seen that there is none
        keep(made)

    monkeypatch.setattr(gifts, "keep", slowly)
    how = {**WHO, "once": not by_type}
    return race(*(lambda key=key: grant_membership(ana, once, source=("reward", key), **how) for key in (1, 2)))  # type: ignore[misc]


def test_two_gifts_at_once_are_one(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Counter(type(one) for one in twice(gym, ana, monkeypatch)) == {Membership: 1, HadAlready: 1}
    assert Membership.objects.count() == 1


def test_once_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the constraint both are given, on either engine: nothing else says it."""
    with naive.without((Membership, "store_membership_once_per_person")):
        twice(gym, ana, monkeypatch)
        assert Membership.objects.count() == 2


def test_two_gifts_for_once_are_one(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-145: the same where the offer says it, not the type."""
    outcomes = twice(gym, ana, monkeypatch, by_type=False)
    assert Counter(type(one) for one in outcomes) == {Membership: 1, HadAlready: 1}
    assert Membership.objects.count() == 1


def test_gift_for_once_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the constraint both see that there is none yet on PostgreSQL."""
    with naive.without((Membership, "store_membership_once_per_person")):
        twice(gym, ana, monkeypatch, by_type=False)
        assert Membership.objects.count() == (2 if ON_POSTGRES else 1)
