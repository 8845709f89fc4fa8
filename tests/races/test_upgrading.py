"""A reward that is raised and given at the same moment is given once, as one or the other (Q-07), on both engines."""

import threading
from typing import Any

import naive
import pytest

from plusone.clients.commands import activate, lifecycle
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.models import Transfer
from plusone.ledger.queries import faults
from plusone.referrals.commands import edit_campaign, upgrade_open_referrals
from plusone.referrals.models import Campaign
from plusone.referrals.offers import offer_of, read_offer
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from racing import race
from world import EUR15, NOON, bring, later, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
EUR20 = {"kind": "balance", "amount": 2000}


def raised(gym: Business, campaign: Campaign) -> None:
    offer = read_offer(gym, {"ambassador_reward": EUR20}, base=offer_of(campaign.terms))
    edit_campaign(campaign, offer=offer, **WHO)


def upgrade(key: int, *, now: Any = NOON) -> int:
    return len(upgrade_open_referrals(Campaign.objects.get(pk=key), actor="user:1", now=now).upgraded)


def both() -> tuple[int, int]:
    """Return what the ambassador got, and what the reward says that it was."""
    [given] = Transfer.objects.filter(kind="earn").values_list("amount", flat=True)
    return given, Reward.objects.get(state="granted").amount or 0


def test_qualified_and_raised_at_once(gym: Business, ana: Client) -> None:
    """The friend becomes a client while the owner presses: 15 or 20, and the reward says the same."""
    key, friend = launch(gym, ambassador=EUR15).pk, bring(ana, "Ben").friend_id
    raised(gym, Campaign.objects.get(pk=key))
    outcomes = race(
        lambda: activate(Client.objects.select_related("business").get(pk=friend), **WHO), lambda: upgrade(key)
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    given, said = both()
    assert given == said == (2000 if outcomes[1] else 1500)
    assert faults(gym) == []


def _read_raised_given(gym: Business, ana: Client) -> None:
    """The hold is over: the worker has read the reward when the owner's press goes through, and gives it then."""
    key = launch(gym, ambassador=EUR15, hold_days=1).pk
    lifecycle.activate(bring(ana, "Ben").friend, **WHO)
    raised(gym, Campaign.objects.get(pk=key))
    has_read, is_through = threading.Event(), threading.Event()

    def sweep() -> None:
        due = rewards.holds_due(later(2))
        has_read.set()
        assert is_through.wait(20)
        for reward in due:
            rewards.end_hold(reward, actor="system", now=later(2))

    def press() -> int:
        assert has_read.wait(20)
        number = upgrade(key, now=later(2))
        is_through.set()
        return number

    assert race(sweep, press) == [None, 1]


def test_read_raised_and_given(gym: Business, ana: Client) -> None:
    _read_raised_given(gym, ana)
    assert both() == (2000, 2000)
    assert faults(gym) == []


def test_read_raised_and_given_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the worker trusts what it read before, the reward says 20 and 15 were given, on either engine."""
    naive.remembered_promise(monkeypatch)
    _read_raised_given(gym, ana)
    assert both() == (1500, 2000)
