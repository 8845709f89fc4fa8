"""Six people who pay with one card are one case, whoever of them recommended whom (FRA-10, CASES 25)."""

from typing import Any

import pytest

from doubted import register
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import decide_case
from plusone.referrals.models import DoubtCase, Referral
from plusone.rewards.models import Reward
from plusone.store.commands import pay, place_order
from plusone.store.models import Product
from world import EUR10, EUR15, NOON, add_client, bring, launch

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
CARD = "visa 4242"


def buy(client: Client, product: Product) -> None:
    order = place_order(client.business, client, [(product, 1)], **WHO)
    pay(order, method="terminal", reference=CARD, **WHO)


def chain_of(gym: Business, product: Product) -> list[Client]:
    """Ana brings Bea, she Carl, and so on to Fina; each buys, and all with the same card."""
    people = [add_client(gym, "Ana", "Uno")]
    buy(people[0], product)
    for name in ("Bea", "Carl", "Dora", "Eloy", "Fina"):
        friend = bring(people[-1], name).friend
        buy(friend, product)
        friend.refresh_from_db()
        people.append(friend)
    return people


def got(people: list[Client]) -> list[int]:
    return [balance_of(one.business, one.pk, now=NOON).available for one in people]


@pytest.mark.parametrize("approve", [True, False])
def test_six_with_one_card_are_one_case_and_one_decision(gym: Business, bono: Product, approve: bool) -> None:
    """FRA-10: nothing is given before it; then each of ten rewards once, or none; a second one does nothing."""
    launch(gym, friend=EUR10, friend_reward_on="qualified", ambassador=EUR15)
    people = chain_of(gym, bono)
    case = DoubtCase.objects.get()
    assert Referral.objects.filter(signs__case=case, signs__name="same_payment", flagged=True).count() == 5
    assert (set(Reward.objects.values_list("state", "reason")), got(people)) == (
        {("awaiting_approval", "flagged")}, [0] * 6
    )  # fmt: skip
    assert decide_case(case, approve=approve, note="one household", **WHO) is True
    assert decide_case(case, approve=not approve, actor="user:2", now=NOON) is False
    assert got(people) == ([1500, 2500, 2500, 2500, 2500, 1000] if approve else [0] * 6)
    assert Event.objects.filter(name="balance.earned").count() == (10 if approve else 0)
    assert faults(gym) == []


def test_two_open_cases_that_a_card_ties_together_become_one(gym: Business, bono: Product, ana: Client) -> None:
    """FRA-10: Ana's friend and Eva's are doubted each for themselves; then all four paid with one card."""
    launch(gym, ambassador=EUR15)
    eva = add_client(gym, "Eva")
    friends = [register(by, f"{name}@mailinator.com").friend for by, name in ((ana, "ben"), (eva, "fay"))]
    assert DoubtCase.objects.count() == 2
    for person in (ana, eva, *friends):
        buy(person, bono)
    case = DoubtCase.objects.get()
    assert set(case.signs.values_list("referral__friend", flat=True)) == {friend.pk for friend in friends}
    assert decide_case(case, approve=True, note="one household", **WHO) is True
    assert got([ana, eva]) == [1500, 1500]
