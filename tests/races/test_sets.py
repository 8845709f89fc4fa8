"""Two friends at once fill one set of an ambassador's friends (R-285), on both engines."""

from typing import Any

import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import milestones
from plusone.referrals.models import Referral
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from racing import ON_POSTGRES, meeting, race
from world import NOON, bring, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def leads(ana: Client, *names: str) -> list[Client]:
    return [bring(ana, name).friend for name in names]


def activate_all(friends: list[Client]) -> list[object]:
    return race(*(lambda friend=friend: activate(friend, **WHO) for friend in friends))  # type: ignore[misc]


def test_four_friends_at_once_fill_two_sets(gym: Business, ana: Client) -> None:
    launch(gym, every=2)
    assert activate_all(leads(ana, "Ben", "Cleo", "Dan", "Eva")) == [True] * 4
    assert Reward.objects.filter(state="granted").count() == 2
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (3000, [])
    assert set(Referral.objects.values_list("reason", flat=True)) == {"completed"}


def test_sets_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock each of two counts only itself on PostgreSQL, and nobody is rewarded."""
    launch(gym, every=2)
    friends = leads(ana, "Ben", "Cleo")
    monkeypatch.setattr(rewards, "lock_tally", lambda *about: None)
    meet, given = meeting(), milestones._given

    def given_after_both_counted(referral: Referral) -> Any:
        meet()
        return given(referral)

    monkeypatch.setattr(milestones, "_given", given_after_both_counted)
    activate_all(friends)
    assert Reward.objects.count() == (0 if ON_POSTGRES else 1)
