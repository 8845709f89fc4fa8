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
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
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
    assert Tally.objects.get().number == 3


def test_cap_control(gym: Business, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-6, the control: read, compare, save grants beyond the cap on PostgreSQL."""
    friends = capped(gym, ana)
    naive.unlocked_tally(monkeypatch)
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
    assert (Tally.objects.get().amount, faults(gym)) == (2500, [])


def test_budget_control(gym: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    """MON-7, the control: without the lock more is given than the budget has on PostgreSQL."""
    friends = budgeted(gym)
    naive.unlocked_tally(monkeypatch)
    activate_all(friends)
    given = sum(Reward.objects.filter(state="granted").values_list("amount", flat=True))
    assert (given > 2500) is ON_POSTGRES
