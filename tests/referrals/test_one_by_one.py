"""A reward that breaks when it is due waits for a person; those of all others come on their day (FRA-15).

Poldi and Ana, and Lucie of another business: their friends' rewards are due at the same moment, and Poldi's breaks.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.kernel.queue.sweeps import registered
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import decide_reward, settling
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.rewards.types import types
from world import EUR10, NOON, add_client, bring, later, launch

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def poldi(gym: Business) -> Client:
    return add_client(gym, "Poldi")


@pytest.fixture
def lucie(salon: Business) -> Client:
    return add_client(salon, "Lucie")


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.CRITICAL, logger="plusone"):
        yield


def break_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = types["balance"]
    give = kind.grant

    def grant(self: Any, reward: Reward, **about: Any) -> None:
        if reward.client_id == client.pk:
            raise RuntimeError("broken")
        give(self, reward, **about)

    monkeypatch.setattr(kind, "grant", grant)


def run(name: str, now: datetime) -> None:
    next(each for each in registered if each.name.endswith(f".{name}")).run_safely(now)


def stands(client: Client) -> tuple[str, str]:
    reward = Reward.objects.get(client=client)
    return reward.state, reward.reason


def test_a_hold_that_breaks_stops_no_other(
    poldi: Client, ana: Client, lucie: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRA-15, CASES 57: it is with a person after the first round, and can be given once the fault is gone."""
    for business in (poldi.business, lucie.business):
        launch(business, ambassador=EUR10, hold_days=2)
    for who in (poldi, ana, lucie):
        activate(bring(who, "Ben", email=f"ben.{who.pk}@friends.example").friend, **WHO)
    break_for(poldi, monkeypatch)
    due = later(3)
    run("end_holds", due)
    assert (stands(poldi), stands(ana), stands(lucie)) == (
        ("awaiting_approval", "error"), ("granted", ""), ("granted", "")
    )  # fmt: skip
    run("end_holds", due)
    monkeypatch.undo()
    assert decide_reward(Reward.objects.get(client=poldi), approve=True, actor="user:1", now=due)
    got = [balance_of(who.business, who.pk, now=due).available for who in (poldi, ana, lucie)]
    assert (got, faults(poldi.business)) == ([1000, 1000, 1000], [])


def test_a_deadline_that_breaks_stops_no_other(poldi: Client, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """FRA-15, CASES 39: the others end on their day; this one is tried again, and ends with the fault gone."""
    launch(ana.business, ambassador=EUR10, qualification_days=10)
    first, second = bring(poldi, "Ben"), bring(ana, "Eva")
    whole = settling._held

    def held(referral: Referral) -> list[Reward]:
        if referral.pk == first.pk:
            raise RuntimeError("broken")
        return whole(referral)

    monkeypatch.setattr(settling, "_held", held)
    run("close_overdue", later(12))
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.state, second.reason) == ("registered", "not_converted")
    monkeypatch.undo()
    run("close_overdue", later(12))
    first.refresh_from_db()
    assert first.reason == "not_converted"


def test_a_condition_that_breaks_with_time_stops_no_other(
    poldi: Client, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRA-15: what time makes due is asked of each by itself; the one that broke waits for a person, and is not asked
    for ever."""
    launch(ana.business, ambassador=EUR10)
    for who in (poldi, ana):
        referral = bring(who, "Ben", email=f"ben.{who.pk}@friends.example")
        Referral.objects.filter(pk=referral.pk).update(state="activated", activated_at=NOON, via="manual", asks_at=NOON)
    break_for(poldi, monkeypatch)
    run("ask_again", later(1))
    assert (stands(poldi), stands(ana)) == (("awaiting_approval", "error"), ("granted", ""))
    assert not Referral.objects.filter(asks_at__isnull=False).exists()
