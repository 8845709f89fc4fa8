"""Many friends at once: a cap of each ambassador and a campaign's budget stay exact on both engines (MON-6, MON-7).

Each race is run again as a control, with the lock of the limit's row taken out (naive.py): on PostgreSQL that must go
wrong.
"""

from collections import Counter
from typing import Any

import naive
import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.rewards.commands import revoke
from plusone.rewards.models import Reward, Tally
from racing import ON_POSTGRES, race
from world import EUR10, NOON, add_client, bring, launch

pytestmark = pytest.mark.django_db(transaction=True)
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
NAMES = ("Ben", "Cleo", "Dan", "Eva", "Fay", "Gus", "Hal", "Ivy")


def activate_all(friends: list[Client]) -> list[object]:
    return race(*(lambda friend=friend: activate(friend, **WHO) for friend in friends))  # type: ignore[misc]


def ends() -> Counter[tuple[str, str]]:
    return Counter(Reward.objects.values_list("state", "reason"))


def capped(gym: Business, ana: Client) -> list[Client]:
    """Eight friends of Ana, three of whom may bring her a reward; one has done so already."""
    launch(gym, ambassador=EUR10, caps={"rewards_total": 3})
    first, *rest = [bring(ana, name).friend for name in NAMES]
    activate(first, **WHO)
    return rest


def test_a_cap_holds_for_many_at_once(gym: Business, ana: Client) -> None:
    """MON-6: exactly as many rewards as the cap allows, and the others say why they are none."""
    assert activate_all(capped(gym, ana)) == [True] * 7
    assert ends() == {("granted", ""): 3, ("capped", "cap_count"): 5}
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (3000, [])
    assert Tally.objects.get(key__endswith=":total").number == 3


def test_cap_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-6, the control: read, compare, save grants beyond the cap on PostgreSQL."""
    friends = capped(gym, ana)
    naive.unlocked_tally(monkeypatch, of=":total")
    activate_all(friends)
    assert (ends()[("granted", "")] > 3) is ON_POSTGRES


def budgeted(gym: Business) -> list[Client]:
    """A friend of each of eight ambassadors; the budget is for two and a half rewards, and one was given."""
    launch(gym, ambassador=EUR10, budget=2500)
    first, *rest = [bring(add_client(gym, f"Amb {name}"), name).friend for name in NAMES]
    activate(first, **WHO)
    return rest


def test_a_budget_holds_for_many_ambassadors_at_once(gym: Business) -> None:
    """MON-7: exactly the budget is given, the last reward clamped to what is left of it."""
    assert activate_all(budgeted(gym)) == [True] * 7
    assert ends() == {("granted", ""): 3, ("capped", "budget"): 5}
    given = Reward.objects.filter(state="granted").order_by("amount")
    assert list(given.values_list("amount", flat=True)) == [500, 1000, 1000]
    assert (Tally.objects.get(key__endswith=":budget").amount, faults(gym)) == (2500, [])


def test_budget_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-7, the control: without the lock more is given than the budget has on PostgreSQL."""
    friends = budgeted(gym)
    naive.unlocked_tally(monkeypatch, of=":budget")
    activate_all(friends)
    given = sum(Reward.objects.filter(state="granted").values_list("amount", flat=True))
    assert (given > 2500) is ON_POSTGRES


def one_given(gym: Business, ana: Client) -> Client:
    """Ana has one reward of the two that her cap allows. Return the friend who may bring her the next."""
    launch(gym, ambassador=EUR10, caps={"rewards_total": 2})
    first, second = (bring(ana, name).friend for name in NAMES[:2])
    activate(first, **WHO)
    return second


def one_back_one_more(second: Client) -> None:
    """Ana's first reward is taken back while another friend of hers is activated."""
    reward = Reward.objects.select_related("business").get(state="granted")
    race(lambda: revoke(reward, reason="refunded", **WHO), lambda: activate(second, **WHO))


def test_what_is_taken_back_gives_its_room_back(gym: Business, ana: Client) -> None:
    """A cap counts what stands: one was taken back, one was given at the same moment."""
    one_back_one_more(one_given(gym, ana))
    assert ends() == {("revoked", "refunded"): 1, ("granted", ""): 1}
    assert Tally.objects.get(key__endswith=":total").number == 1


def test_giving_room_back_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock one of the two counts is lost on PostgreSQL."""
    second = one_given(gym, ana)
    naive.unlocked_tally(monkeypatch, of=":total")
    one_back_one_more(second)
    assert (Tally.objects.get(key__endswith=":total").number != 1) is ON_POSTGRES


def budget_news() -> list[int]:
    found = Event.objects.filter(name="budget.reached").order_by("id")
    return [event.data["percent"] for event in found]


def test_a_budget_is_told_of_once_at_each_level(gym: Business) -> None:
    """MON-7: however many rewards come at once, the owner hears of 80 and of 100 per cent once each."""
    launch(gym, ambassador=EUR10, budget=5000)
    activate_all([bring(add_client(gym, f"Amb {name}"), name).friend for name in NAMES])
    assert budget_news() == [80, 100]


def test_budget_news_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock two tell of the same level on PostgreSQL."""
    launch(gym, ambassador=EUR10, budget=2000)
    first, *rest = [bring(add_client(gym, f"Amb {name}"), name).friend for name in NAMES[:3]]
    activate(first, **WHO)
    naive.unlocked_tally(monkeypatch, of=":budget")
    activate_all(rest)
    assert budget_news() == ([100, 100] if ON_POSTGRES else [100])


def reversed_twice(gym: Business) -> list[object]:
    """Four rewards, of a client each, and every one taken back by two at once."""
    launch(gym, ambassador=EUR10)
    for name in NAMES[:4]:
        activate(bring(add_client(gym, f"Amb {name}"), name).friend, **WHO)
    keys = list(Reward.objects.values_list("pk", flat=True))

    def take_back(key: int) -> bool:
        reward = Reward.objects.select_related("business").get(pk=key)
        return revoke(reward, reason="refunded", **WHO)

    return race(*(lambda key=key: take_back(key) for key in [*keys, *keys]))  # type: ignore[misc]


def test_a_reward_is_taken_back_once(gym: Business) -> None:
    """MON-12: of two who take each reward back one does it, and all sums are zero."""
    assert Counter(map(str, reversed_twice(gym))) == {"True": 4, "False": 4}
    assert Event.objects.filter(name="reward.revoked").count() == 4
    balances = [balance_of(gym, client.pk, now=NOON) for client in Client.objects.filter(status="active")]
    assert {(one.available, one.owed) for one in balances} == {(0, 0)}
    assert (sum(one.revoked for one in balances), faults(gym)) == (4000, [])


def test_taking_back_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-12, the control: read, look, save tells of the same taking back twice on PostgreSQL."""
    naive.reward_moves(monkeypatch)
    reversed_twice(gym)
    assert (Event.objects.filter(name="reward.revoked").count() > 4) is ON_POSTGRES
