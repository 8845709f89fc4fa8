"""Two friends at once fill one set of an ambassador's friends (R-285), on both engines."""

import time
from typing import Any

import pytest
from naive import ON_POSTGRES, PAUSE_SECONDS

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.models import Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from racing import race
from world import NOON, bring, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def activate_all(ana: Client, *names: str) -> list[object]:
    friends = [bring(ana, name).friend for name in names]
    return race(*(lambda friend=friend: activate(friend, **WHO) for friend in friends))  # type: ignore[misc]


def test_four_friends_at_once_fill_two_sets(gym: Business, ana: Client) -> None:
    launch(gym, every=2)
    assert activate_all(ana, "Ben", "Cleo", "Dan", "Eva") == [True] * 4
    assert Reward.objects.filter(state="granted").count() == 2
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (3000, [])
    assert set(Referral.objects.values_list("reason", flat=True)) == {"completed"}


def test_sets_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock each of two counts only itself on PostgreSQL, and nobody is rewarded."""
    launch(gym, every=2)
    monkeypatch.setattr(rewards, "lock_tally", lambda *about: time.sleep(PAUSE_SECONDS * 4))
    activate_all(ana, "Ben", "Cleo")
    assert Reward.objects.count() == (0 if ON_POSTGRES else 1)
