"""Two friends invite the same former client back at the same moment: one recommendation (Q-10, CASES 12)."""

from collections import Counter
from typing import Any

import naive
import pytest

from plusone.clients.commands import archive, reactivate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.models import Transfer
from plusone.referrals.commands import AlreadyReferred, register_friend
from plusone.referrals.commands.registering import Registration
from plusone.referrals.models import Referral
from racing import ON_POSTGRES, race
from world import NOON, add_client, later, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
BACK: dict[str, Any] = {"actor": "public", "now": later(300)}


def invited_twice(gym: Business, ana: Client, carla: Client) -> tuple[Client, list[object]]:
    launch(gym, returning={"months": 6})
    ben = add_client(gym, "Ben", email="ben@friends.example")
    archive(ben, **WHO)
    invite = [
        lambda by=by: register_friend(gym, by, first_name="Ben", email="ben@friends.example", **BACK)  # type: ignore[misc]
        for by in (ana, carla)
    ]
    return ben, race(*invite)


def test_one_of_two_invitations_counts(gym: Business, ana: Client, carla: Client) -> None:
    """The other hears that somebody was faster; once back, one reward is given."""
    ben, outcomes = invited_twice(gym, ana, carla)
    assert Counter(type(one) for one in outcomes) == {Registration: 1, AlreadyReferred: 1}
    reactivate(ben, actor="user:1", now=later(301))
    assert list(Transfer.objects.filter(kind="earn").values_list("amount", flat=True)) == [1500]


def test_without_turns_the_constraints_hold(
    gym: Business, ana: Client, carla: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    naive.slow_attaching(monkeypatch)
    _ben, outcomes = invited_twice(gym, ana, carla)
    assert Counter(type(one) for one in outcomes) == {Registration: 1, AlreadyReferred: 1}


def test_returning_control(gym: Business, ana: Client, carla: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turns and constraints both count on PostgreSQL, and two rewards are promised."""
    naive.slow_attaching(monkeypatch)
    with naive.without((Referral, "referrals_one_a_return"), (Referral, "referrals_one_open")):
        invited_twice(gym, ana, carla)
        assert Referral.objects.count() == (2 if ON_POSTGRES else 1)
