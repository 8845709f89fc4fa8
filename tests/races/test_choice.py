"""A client who clicks twice, or chooses two things at once, receives one (R-104, CASES 60), on both engines."""

from collections import Counter
from typing import Any

import naive
import pytest

from plusone.clients.commands import lifecycle
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import choose_reward
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from racing import ON_POSTGRES, race
from world import EUR15, NOON, bring, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "client:1", "now": NOON}
MASSAGE = {"kind": "manual", "text": "Massage"}


def to_choose(gym: Business, ana: Client) -> Reward:
    launch(gym, ambassador={"kind": "choice", "options": [EUR15, MASSAGE]})
    lifecycle.activate(bring(ana, "Ben").friend, **WHO)
    return Reward.objects.get(state="awaiting_choice")


def granted() -> int:
    return Event.objects.filter(name="reward.granted").count()


def test_the_same_choice_twice_gives_it_once(gym: Business, ana: Client) -> None:
    key = to_choose(gym, ana).pk
    assert Counter(map(str, race(*[lambda: choose_reward(Reward.objects.get(pk=key), 0, **WHO)] * 2))) == {
        "True": 1, "False": 1
    }  # fmt: skip
    assert (granted(), balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1, 1500, [])


def test_two_choices_at_once_are_one(gym: Business, ana: Client) -> None:
    key = to_choose(gym, ana).pk
    race(*(lambda pick=pick: choose_reward(Reward.objects.get(pk=key), pick, **WHO) for pick in (0, 1)))  # type: ignore[misc]
    reward = Reward.objects.get()
    got = balance_of(gym, ana.pk, now=NOON).available
    assert (granted(), reward.state, got) == (1, "granted", 1500 if reward.kind == "balance" else 0)


def test_choice_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the conditional UPDATE both clicks give it on PostgreSQL."""
    key = to_choose(gym, ana).pk
    naive.reward_moves(monkeypatch)
    race(*(lambda pick=pick: rewards.choose(Reward.objects.get(pk=key), pick, **WHO) for pick in (0, 1)))  # type: ignore[misc]
    assert granted() == (2 if ON_POSTGRES else 1)


def offers(gym: Business, ana: Client) -> int:
    """Ana may choose one reward of the two that her cap allows; two more friends become clients at the same moment."""
    launch(gym, ambassador={"kind": "choice", "options": [EUR15, MASSAGE]}, caps={"rewards_total": 2})
    first, *friends = [bring(ana, name).friend for name in ("Ben", "Cleo", "Eva")]
    lifecycle.activate(first, **WHO)
    race(*(lambda friend=friend: lifecycle.activate(friend, **WHO) for friend in friends))  # type: ignore[misc]
    return Reward.objects.filter(state="awaiting_choice").count()


def test_no_more_is_offered_than_can_be_given(gym: Business, ana: Client) -> None:
    """MON-7, R-104: each offer takes its place in the limit."""
    assert offers(gym, ana) == 2
    assert Reward.objects.filter(state="capped", reason="cap_count").count() == 1


def test_offers_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both see the last place free on PostgreSQL."""
    naive.unlocked_tally(monkeypatch, of=":total")
    assert offers(gym, ana) == (3 if ON_POSTGRES else 2)


def offered_money(gym: Business, ana: Client, carla: Client) -> int:
    """The budget has one choice of 15 euros left; a friend of Ana's and one of Carla's become clients at the same
    moment. Return how many may choose."""
    launch(gym, ambassador={"kind": "choice", "options": [EUR15, MASSAGE]}, budget=3000)
    first, *friends = [bring(who, name).friend for who, name in ((ana, "Ben"), (ana, "Cleo"), (carla, "Eva"))]
    lifecycle.activate(first, **WHO)
    race(*(lambda friend=friend: lifecycle.activate(friend, **WHO) for friend in friends))  # type: ignore[misc]
    return Reward.objects.filter(state="awaiting_choice").count()


def test_no_more_money_is_offered_than_the_budget_has(gym: Business, ana: Client, carla: Client) -> None:
    """MON-7, R-104: each offer keeps its money free; whoever chooses it receives all of it."""
    assert offered_money(gym, ana, carla) == 2
    for reward in Reward.objects.filter(state="awaiting_choice").select_related("business", "client"):
        assert choose_reward(reward, 0, **WHO)
    given = sorted(Reward.objects.filter(state="granted").values_list("amount", flat=True))
    assert (given, Reward.objects.filter(state="capped", reason="budget").count()) == ([1500, 1500], 1)


def test_offered_money_control(gym: Business, ana: Client, carla: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock both see the last 15 euros free on PostgreSQL."""
    naive.unlocked_tally(monkeypatch, of=":budget")
    assert offered_money(gym, ana, carla) == (3 if ON_POSTGRES else 2)
