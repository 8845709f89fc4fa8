"""Minimal memberships: types, sale, renewal by hand, freezing, the end (R-148, R-261, R-265, Q-30, 4.5)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import delete_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.ledger.models import Transfer
from plusone.ledger.queries import balance_of
from plusone.store.commands import (
    NotRunning,
    cancel,
    cancel_membership,
    create_membership_type,
    end_due,
    freeze,
    pay,
    place_order,
    refund,
    renew,
    unfreeze,
)
from plusone.store.models import Membership, MembershipUse, Order
from world import NOON, House, later

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
MONTHLY = {"name": "Mensual", "kind": "recurring", "price": 4500, "period": "month"}


def buy(gym: Business, client: Client, now: datetime = NOON, **more: Any) -> Membership:
    wanted = create_membership_type(gym, **{**MONTHLY, **more}, now=now)  # type: ignore[arg-type]  # a type's own fields
    order = place_order(gym, client, [(wanted, 1)], actor="user:1", now=now)
    pay(order, method="cash", actor="user:1", now=now)
    return Membership.objects.select_related("business", "type", "order").get(order=order)


def names() -> list[str]:
    found = Event.objects.filter(name__startswith="membership.").order_by("id")
    return list(found.values_list("name", flat=True))


def test_the_life_of_a_membership(vela: Caller, gym: Business, carla: Client) -> None:
    """CONTRACT: a type, an order with it, a renewal of 45 of which 30 of balance pays first, the end."""
    made = vela.post("/membership-types", MONTHLY)
    assert made.status == 201
    assert made.body["period"] == "month"
    assert [row["id"] for row in vela.get("/membership-types").body["items"]] == [made.body["id"]]
    order = {"client": carla.public_id, "lines": [{"membership_type": made.body["id"]}]}
    placed = vela.post("/orders", order).body
    [mine] = vela.get(f"/memberships?client={carla.public_id}").body["items"]
    assert (mine["state"], mine["order"], placed["due"]) == ("pending_payment", placed["id"], 4500)
    assert is_problem(vela.post(f"/memberships/{mine['id']}/renewals"), 409, "membership_not_running")
    vela.post(f"/orders/{placed['id']}/pay", {"method": "cash"})
    [mine] = vela.get("/memberships").body["items"]
    assert (mine["state"], mine["is_new"], mine["periods_paid"]) == ("active", True, 1)
    earn(gym, carla.pk, 3000, key="gift", **WHO)
    path = f"/memberships/{mine['id']}"
    waits = vela.post(f"{path}/renewals")
    assert waits.status == 201
    assert {name: waits.body[name] for name in ("state", "total", "balance_used", "due")} == {
        "state": "awaiting_payment",
        "total": 4500,
        "balance_used": 3000,
        "due": 1500,
    }
    paid = vela.post(f"{path}/renewals", {"method": "cash"}).body  # the same order, now with its money
    assert (paid["id"], paid["state"]) == (waits.body["id"], "paid")
    kinds = [row["kind"] for row in vela.get(f"/clients/{carla.public_id}/balance/entries").body["items"]]
    assert kinds == ["renewal", "earn"]
    for _time in range(2):
        assert vela.post(f"{path}/freeze").body["state"] == "frozen"
    assert vela.post(f"{path}/unfreeze").body["state"] == "active"
    for _time in range(2):
        assert vela.post(f"{path}/cancel").body["state"] == "ending"
    assert is_problem(vela.post(f"{path}/renewals"), 409, "membership_not_running")
    assert names() == [
        "membership.ordered",
        "membership.started",
        "membership.renewed",
        "membership.frozen",
        "membership.unfrozen",
        "membership.cancellation_set",
    ]


def test_wrong_types_and_lines_name_their_field(vela: Caller, carla: Client) -> None:
    for wrong, field in [
        ({"kind": "recurring"}, "period"),
        ({"kind": "prepaid"}, "valid_days"),
        ({"kind": "pack"}, "uses"),
        ({"kind": "gold"}, "kind"),
        ({"kind": "pack", "uses": 0}, "uses"),
    ]:
        answer = vela.post("/membership-types", {"name": "X", "price": 100, **wrong})
        assert [error["field"] for error in answer.body["errors"]] == [field]
    hidden = vela.post("/membership-types", {**MONTHLY, "sellable": False}).body["id"]
    for line, field in [
        ({"membership_type": "nothing"}, "lines.0.membership_type"),
        ({"membership_type": hidden}, "lines"),
        ({"membership_type": hidden, "quantity": 2}, "lines"),
        ({}, "lines.0.product"),
    ]:
        answer = vela.post("/orders", {"client": carla.public_id, "lines": [line]})
        assert [error["field"] for error in answer.body["errors"]] == [field]
    assert not Order.objects.exists()


def test_a_month_is_a_calendar_month_from_the_start(gym: Business, carla: Client) -> None:
    """CONTRACT: from 31 January to 28 February, and back to the 31st; past due at that moment, active when paid."""
    start = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)  # the 31st in Madrid
    mine = buy(gym, carla, start)
    assert mine.ends_at == datetime(2026, 2, 27, 23, 0, tzinfo=UTC)
    renew(mine, method="cash", actor="user:1", now=start)
    mine.refresh_from_db()
    assert mine.ends_at == datetime(2026, 3, 30, 22, 0, tzinfo=UTC)  # summer time has begun
    end_due(datetime(2026, 3, 30, 21, 59, tzinfo=UTC))
    mine.refresh_from_db()
    assert mine.state == "active"
    end_due(datetime(2026, 3, 30, 22, 0, tzinfo=UTC))
    mine.refresh_from_db()
    assert mine.state == "past_due"
    renew(mine, method="cash", actor="user:1", now=datetime(2026, 4, 2, tzinfo=UTC))
    mine.refresh_from_db()
    assert (mine.state, mine.ends_at) == ("active", datetime(2026, 4, 29, 22, 0, tzinfo=UTC))


def test_frozen_days_move_the_end_and_what_is_over_ends(gym: Business, carla: Client) -> None:
    """R-265: ten calendar days frozen are ten days later; a prepaid one ends by itself; a pack without end at once."""
    mine = buy(gym, carla, kind="prepaid", period="", valid_days=30)
    assert mine.ends_at == datetime(2026, 4, 8, 22, 0, tzinfo=UTC)
    freeze(mine, **WHO)
    with pytest.raises(NotRunning):
        renew(mine, **WHO)
    unfreeze(mine, actor="user:1", now=later(10))
    mine.refresh_from_db()
    assert (mine.ends_at, mine.frozen_days) == (datetime(2026, 4, 18, 22, 0, tzinfo=UTC), 10)
    end_due(later(40))
    mine.refresh_from_db()
    assert mine.state == "ended"
    pack = buy(gym, carla, kind="pack", period="", uses=5)
    cancel_membership(pack, **WHO)
    pack.refresh_from_db()
    assert (pack.state, pack.ended_at) == ("ended", NOON)


def test_a_whole_refund_voids_it_and_a_new_one_is_not_new_to_the_client_twice(gym: Business, carla: Client) -> None:
    """4.5: any → void by a full refund; balance stays out of a renewal where the business does not want it."""
    mine = buy(gym, carla)
    refund(mine.order, **WHO)
    mine.refresh_from_db()
    assert mine.state == "void"
    gym.auto_apply_to_renewal = False
    gym.save(update_fields=["auto_apply_to_renewal"])
    second = place_order(gym, carla, [(mine.type, 1)], **WHO)
    pay(second, method="cash", **WHO)
    third = place_order(gym, carla, [(mine.type, 1)], **WHO)
    pay(third, method="cash", **WHO)
    found = list(Membership.objects.order_by("id").values_list("is_new", flat=True))
    assert found == [True, True, False]
    earn(gym, carla.pk, 3000, key="gift", **WHO)
    running = Membership.objects.get(order=second)
    renew(running, method="cash", **WHO)
    assert balance_of(gym, carla.pk, now=NOON).available == 3000
    assert not Transfer.objects.filter(kind="renewal").exists()


def test_staff_renew_freeze_and_end_from_the_profile(gym: Business, carla: Client, house: House) -> None:
    """REQUIREMENTS 4.5: each button does one thing; the renewal leads to its order, where the rest is paid."""
    mine = buy(gym, carla, clock.now())
    olga = Browser()
    olga.force_login(house.owner)
    profile = f"/b/{gym.slug}/clients/{carla.public_id}/plan/"
    act = f"/b/{gym.slug}/memberships/{mine.public_id}/"
    assert "Mensual" in olga.get(profile).content.decode()
    for said, state in [("freeze", "frozen"), ("unfreeze", "active"), ("cancel", "ending"), ("freeze", "ending")]:
        assert olga.post(act, {"act": said})["Location"] == profile
        mine.refresh_from_db()
        assert mine.state == state
    second = buy(gym, carla, clock.now())
    olga.post(f"/b/{gym.slug}/memberships/{second.public_id}/", {"act": "renew"})
    waiting = Order.objects.get(renews=second)
    assert (waiting.state, waiting.due) == ("awaiting_payment", 4500)


def test_a_second_press_of_renew_charges_nothing(gym: Business, carla: Client) -> None:
    """MON, Q-30: where balance pays it all at once, the same page sent twice renews once; the control renews twice."""
    mine = buy(gym, carla)
    earn(gym, carla.pk, 20000, key="gift", **WHO)
    first = renew(mine, after=1, **WHO)
    assert (renew(mine, after=1, **WHO), first.state) == (first, "paid")
    mine.refresh_from_db()
    assert (mine.periods_paid, balance_of(gym, carla.pk, now=NOON).available) == (2, 15500)
    renew(mine, **WHO)
    assert balance_of(gym, carla.pk, now=NOON).available == 11000


def test_an_old_page_leads_to_the_renewal_that_was_paid(gym: Business, carla: Client) -> None:
    """Q-30: not to one that was called off since; and a page that never was says nothing of a period."""
    mine = buy(gym, carla)
    paid = renew(mine, after=0, method="cash", **WHO)
    assert paid.state == "paid"
    cancel(renew(mine, after=2, **WHO), **WHO)
    assert renew(mine, after=1, method="cash", **WHO) == paid
    mine.refresh_from_db()
    assert mine.periods_paid == 2


def test_each_period_has_its_uses(gym: Business, carla: Client) -> None:
    """R-261: two visits a month. The month goes on when they are used up, nothing lets a third in, and the next month
    that is paid brings two more; given back whole, it takes them along."""
    mine = buy(gym, carla, uses=2)

    def visit(key: str) -> tuple[str, int | None]:
        mark_visit(carla, key=key, actor="user:1", now=later(1))
        mine.refresh_from_db()
        return mine.state, mine.uses_left

    assert [visit("1"), visit("2"), visit("3")] == [("active", 1), ("active", 0), ("active", 0)]
    assert MembershipUse.objects.count() == 2
    end_due(later(31))
    mine.refresh_from_db()
    assert (mine.state, mine.uses_left) == ("past_due", 0)
    paid = renew(mine, method="cash", actor="user:1", now=later(32))
    mine.refresh_from_db()
    assert (mine.state, mine.uses_left) == ("active", 2)
    refund(paid, actor="user:1", now=later(33))
    mine.refresh_from_db()
    assert (mine.state, mine.uses_left, mine.periods_paid) == ("past_due", 0, 1)


def test_a_pack_that_is_used_up_stops_no_deletion(gym: Business, carla: Client) -> None:
    """R-097: of whoever goes all that runs ends, whatever else they had used up before."""
    pack = buy(gym, carla, name="Una", kind="pack", period="", uses=1)
    month = buy(gym, carla)
    Membership.objects.filter(pk=pack.pk).update(state="used_up", ended_at=NOON, uses_left=0)
    delete_client(carla, archive_first=True, **WHO)
    month.refresh_from_db()
    assert (month.state, Event.objects.filter(name="reaction.failed").count()) == ("ending", 0)
