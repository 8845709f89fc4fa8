"""What a person has once is given once, also by two at the same moment (R-145), on both engines."""

from collections import Counter
from typing import Any

import naive
import pytest

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.store.commands import HadAlready, create_membership_type, gifts, grant_membership
from plusone.store.models import Membership
from racing import meeting, race
from world import NOON

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def twice(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    once = create_membership_type(
        gym, name="Primera clase", kind="pack", uses=1, price=0, sellable=False, once_per_person=True, now=NOON
    )
    meet, keep = meeting(), gifts.keep

    def slowly(made: Membership) -> None:
        meet()  # both have seen that there is none
        keep(made)

    monkeypatch.setattr(gifts, "keep", slowly)
    return race(*(lambda key=key: grant_membership(ana, once, source=("reward", key), **WHO) for key in (1, 2)))  # type: ignore[misc]


def test_two_gifts_at_once_are_one(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Counter(type(one) for one in twice(gym, ana, monkeypatch)) == {Membership: 1, HadAlready: 1}
    assert Membership.objects.count() == 1


def test_once_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the constraint both are given, on either engine: nothing else says it."""
    with naive.without((Membership, "store_membership_once_per_person")):
        twice(gym, ana, monkeypatch)
        assert Membership.objects.count() == 2
