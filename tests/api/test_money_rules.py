"""Money stays whole where it is divided, crosses businesses, or the machine stops in between (TRUST A4)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client as Browser

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.connect.commands import open_business
from plusone.events.models import Event
from plusone.faces.api import door
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.models import Transfer
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import deactivate_campaign
from plusone.referrals.models import Referral
from plusone.rewards.types import types
from plusone.store.commands import create_membership_type, pay, place_order, renew
from plusone.store.models import Membership, Order, Payment, Product
from plusone.store.queries import refund_split
from world import NOON, House, bring, launch, make_product, sell

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
FEBRUARY = datetime(2026, 4, 9, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", "CLP"])
def test_percentages_are_whole_minor_units(currency: str) -> None:
    """MON-8: of 1 to 10,000 minor units a percentage is the nearest integer, half up, and never more than the whole;
    what is left and what is given add up."""
    business, kind = Business(currency=currency), types["balance"]()
    for percent, hundredths in ((10, 1000), (33.33, 3333), (2.9, 290), (0.01, 1), (100, 10_000)):
        params = {"kind": "balance", "percent": percent}
        for basis in range(1, 10_001, 7):
            given = kind.amount(business, params, basis)
            assert type(given) is int
            assert given == (basis * hundredths + 5_000) // 10_000 <= basis


def test_parts_of_a_refund_add_up_to_the_minor_unit() -> None:
    """MON-8: whatever was paid by balance and by money, refunds in parts give back exactly that."""
    for total in (1, 3, 101, 999, 10_000):
        for used in {0, 1, total // 3, total - 1, total}:
            order = Order(state="paid", total=total, balance_used=used, due=total - used)
            for part in (total // 7, total // 3, 1):
                if 0 < part < order.refundable:
                    back, money = refund_split(order, part)
                    assert back + money == part
                    order.refunded_to_balance, order.refunded_to_method = (
                        order.refunded_to_balance + back,
                        order.refunded_to_method + money,
                    )
            assert refund_split(order, order.refundable) == (
                used - order.refunded_to_balance,
                total - used - order.refunded_to_method,
            )


@pytest.mark.parametrize(
    ("total", "used", "part", "back"), [(2, 1, 1, 1), (3, 1, 1, 0), (3, 2, 1, 1), (1000, 335, 100, 34)]
)
def test_a_refund_is_split_half_up(total: int, used: int, part: int, back: int) -> None:
    """CONTRACT, refunds: of an order that balance paid in part, a half of a minor unit goes to the balance."""
    order = Order(state="paid", total=total, balance_used=used, due=total - used)
    assert refund_split(order, part) == (back, part - back)


def test_no_column_of_the_database_is_a_fraction() -> None:
    """MON-8: amounts are integers; a float or a decimal has no place in any table."""
    fractions = (models.FloatField, models.DecimalField)
    found = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, fractions)
    ]
    assert found == []


def test_balance_of_one_currency_pays_nothing_in_another(vela: Caller, gym: Business, ana: Client) -> None:
    """MON-9: a business has one currency, and balance never leaves it: 422, and nothing is posted."""
    london = open_business(
        name="Studio Thames",
        owner_email="tom@thames.example",
        kind="studio",
        country_code="GB",
        currency="GBP",
        timezone="Europe/London",
        language="en",
        actor="system",
        now=NOON,
    )
    mat = make_product(london.business, "Mat", 1000)
    earn(gym, ana.pk, 5000, key="gift", **WHO)
    order = {"client": ana.public_id, "lines": [{"product": mat.public_id}], "use_balance": 1000}
    assert is_problem(Caller(london.api_key).post("/orders", order), 422, "validation")
    assert is_problem(vela.post("/orders", order), 422, "validation")
    assert (Order.objects.count(), Transfer.objects.count()) == (0, 1)
    assert balance_of(gym, ana.pk, now=NOON).available == 5000


class Crashed(Exception):
    """The machine stopped."""


def crash_at(number: int) -> Callable[..., Any]:
    """Return a wrapper of SQL under which the statement with this number, and it alone, stops the machine."""
    seen = iter(range(1, 1_000_000))

    def wrap(execute: Callable[..., Any], *asked: Any) -> Any:
        if next(seen) == number:
            raise Crashed
        return execute(*asked)

    return wrap


def test_a_renewal_that_crashes_anywhere_is_charged_once(gym: Business, ana: Client) -> None:
    """MON-14: balance first, the rest in money; a crash at any other statement leaves nothing half done, and the next
    run charges once. Balance above the price stays."""
    monthly = create_membership_type(gym, name="Mensual", kind="recurring", price=4500, period="month", now=NOON)
    order = place_order(gym, ana, [(monthly, 1)], **WHO)
    pay(order, method="cash", **WHO)
    mine = Membership.objects.select_related("business", "type").get()
    earn(gym, ana.pk, 6000, key="gift", **WHO)
    crashes = 0
    for number in range(1, 400, 2):
        try:
            with connection.execute_wrapper(crash_at(number)):
                renew(mine, actor="user:1", now=FEBRUARY)
        except Crashed:
            crashes += 1
            assert Order.objects.filter(renews=mine).count() == 0
            assert balance_of(gym, ana.pk, now=FEBRUARY).available == 6000
        else:
            break
    assert crashes >= 20, crashes
    renewal = Order.objects.get(renews=mine)
    assert (renewal.state, renewal.balance_used, renewal.due) == ("paid", 4500, 0)
    assert (Payment.objects.count(), Event.objects.filter(name="membership.renewed").count()) == (1, 1)
    assert (balance_of(gym, ana.pk, now=FEBRUARY).available, faults(gym)) == (1500, [])


def test_a_campaign_that_ended_keeps_what_was_earned(gym: Business, ana: Client, bono: Product) -> None:
    """MON-16 (R-050..R-052): the link answers with a page, nobody registers, balance is redeemed as before, and who
    was on the way follows what was chosen at the end."""
    campaign = launch(gym)
    earned, waiting = bring(ana, "Ben"), bring(ana, "Cleo")
    activate(earned.friend, **WHO)
    deactivate_campaign(campaign, open_referrals="honour", **WHO)
    browser = Browser()
    assert [browser.get(path).status_code for path in (f"/r/{ana.code}", f"/join/{ana.code}")] == [410, 410]
    sent = {"first_name": "Dan", "email": "dan@friends.example"}
    assert browser.post(f"/join/{ana.code}", sent).status_code == 410
    assert Referral.objects.count() == 2
    assert sell(ana, bono, use_balance=True).balance_used == 1500
    activate(waiting.friend, **WHO)
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (1500, [])


class Killed(BaseException):
    """What no handler sees: the process is gone."""


def test_an_answer_that_got_lost_is_given_again(house: House, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """IDEM-4: the process dies after the commit and before its answer; the same key gets the stored one, and the
    effect is there once."""
    vela, body = Caller(house.api_key), {"amount": 500, "reason": "Birthday"}
    path = f"/clients/{ana.public_id}/balance/adjustments"
    commit = door._in_one_transaction

    def die_after_the_commit(*asked: Any) -> None:
        commit(*asked)
        raise Killed

    monkeypatch.setattr(door, "_in_one_transaction", die_after_the_commit)
    with pytest.raises(Killed):
        vela.post(path, body, idempotency_key="k1")
    monkeypatch.undo()
    again = vela.post(path, body, idempotency_key="k1")
    assert (again.status, again.body["amount"], again.headers["Idempotent-Replayed"]) == (201, 500, "true")
    assert Transfer.objects.count() == 1
    assert balance_of(house.business, ana.pk, now=NOON).available == 500
