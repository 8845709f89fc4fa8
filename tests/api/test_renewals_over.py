"""Nobody pays for the next period of a membership that is over (R-148, REQUIREMENTS 4.5)."""

from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, faults
from plusone.store.commands import (
    cancel_membership,
    create_membership_type,
    end_due,
    grant_membership,
    pay,
    place_order,
    refund,
    renew,
)
from plusone.store.models import Membership, Order, Payment
from world import NOON, House, later

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def waiting(gym: Business, carla: Client) -> Order:
    """The renewal of Carla's month: ten of its forty-five are held from her balance, the rest is to be paid."""
    month = create_membership_type(gym, name="Mensual", kind="recurring", price=4500, period="month", now=NOON)
    pay(place_order(gym, carla, [(month, 1)], **WHO), method="cash", **WHO)
    earn(gym, carla.pk, 1000, key="gift", **WHO)
    return renew(Membership.objects.get(), **WHO)


def held(gym: Business, carla: Client) -> tuple[int, int]:
    stands = balance_of(gym, carla.pk, now=NOON)
    return stands.available, stands.held


def end(how: str) -> None:
    membership = Membership.objects.select_related("business", "type", "client", "order").get()
    if how == "refunded":
        assert membership.order is not None
        refund(membership.order, **WHO)
    else:
        cancel_membership(membership, **WHO)


@pytest.mark.parametrize("how", ["refunded", "cancelled"])
def test_the_renewal_is_called_off_with_its_membership(gym: Business, carla: Client, waiting: Order, how: str) -> None:
    """4.5: void or ending, it is not renewed any more; what the renewal held is Carla's again."""
    assert held(gym, carla) == (0, 1000)
    end(how)
    waiting.refresh_from_db()
    assert (waiting.state, held(gym, carla), faults(gym)) == ("cancelled", (1000, 0), [])


def over_and_waiting(waiting: Order) -> None:
    """Leave an order of before, when renewals were not called off: its membership is void."""
    Membership.objects.update(state=Membership.State.VOID, ended_at=NOON)
    assert Order.objects.get(pk=waiting.pk).state == "awaiting_payment"


def test_the_api_takes_no_money_for_it(vela: Caller, waiting: Order) -> None:
    """R-148: 409 with what to do instead; nothing is paid, and it can be called off."""
    over_and_waiting(waiting)
    path = f"/orders/{waiting.public_id}"
    assert is_problem(vela.post(f"{path}/pay", {"method": "cash"}), 409, "membership_not_running")
    assert (vela.get(path).body["state"], Payment.objects.filter(order=waiting).count()) == ("awaiting_payment", 0)
    assert vela.post(f"{path}/cancel").body["state"] == "cancelled"


def test_the_desk_takes_no_money_for_it(house: House, gym: Business, waiting: Order, client: Browser) -> None:
    """R-148: the page says why and what to do, and the order stays as it was."""
    over_and_waiting(waiting)
    client.force_login(house.owner)
    url = f"/b/{gym.slug}/orders/{waiting.public_id}/"
    page = client.post(f"{url}pay/", {"method": "cash"}, follow=True).content.decode()
    assert "Esta membresía no está en curso" in page
    assert (Order.objects.get(pk=waiting.pk).state, Payment.objects.filter(order=waiting).count()) == (
        "awaiting_payment", 0
    )  # fmt: skip


def test_a_present_ends_with_its_unpaid_renewal(gym: Business, carla: Client) -> None:
    """4.5: a given month asks for no money, so it ends; what its renewal held is Carla's again at once."""
    month = create_membership_type(gym, name="Mensual", kind="recurring", price=4500, period="month", now=NOON)
    earn(gym, carla.pk, 1000, key="gift", **WHO)
    given = grant_membership(carla, month, source=("reward", 1), **WHO)
    assert isinstance(given, Membership)
    order = renew(given, actor="user:1", now=later(5))
    assert (order.state, held(gym, carla)) == ("awaiting_payment", (0, 1000))
    end_due(later(31))
    order.refresh_from_db()
    given.refresh_from_db()
    assert (given.state, order.state, held(gym, carla), faults(gym)) == ("ended", "cancelled", (1000, 0), [])
