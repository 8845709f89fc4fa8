"""Visits: marked at the desk, told by other programs, asked for by campaigns (CASES 34, CONTRACT `POST /events`)."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit, unmark_visit
from plusone.agenda.models import Visit
from plusone.clients.commands import activate, archive, delete_client
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of
from plusone.referrals.commands import attach_referral, close_overdue
from plusone.referrals.conditions import still_missing
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from world import NOON, House, add_client, bring, later, launch

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
THREE = [{"kind": "sessions_attended", "at_least": 3}]


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=NOON).available


def come(client: Client, key: str, *, at: datetime | None = None, outcome: str = "attended") -> Visit:
    return mark_visit(client, key=key, outcome=outcome, at=at, actor="user:1", now=later(5)).visit


def test_three_visits_and_a_missed_one(gym: Business, ana: Client) -> None:
    """CASES 34: nothing after two visits and a no-show, everything after the third; the same visit twice is one."""
    launch(gym, conditions=[{"kind": "activated"}, *THREE])
    ben = bring(ana, "Ben").friend
    activate(ben, **WHO)
    come(ben, "mon")
    come(ben, "tue")
    come(ben, "tue")
    come(ben, "wed", outcome="missed")
    come(ben, "before", at=later(-1))
    referral = Referral.objects.select_related("business", "friend", "terms").get()
    assert (available(ana), still_missing(referral, now=NOON)) == (0, ["2 of 3 visits."])
    third = come(ben, "thu")
    assert available(ana) == 1500
    assert unmark_visit(third, **WHO)
    assert not unmark_visit(third, **WHO)
    reward = Reward.objects.get()
    assert (available(ana), reward.state, reward.reason) == (0, "revoked", "")


def test_a_leads_visits_count_without_becoming_a_client(gym: Business, ana: Client) -> None:
    """CONTRACT: the other conditions do not imply `activated`; what was earned in time stays after the last day."""
    launch(gym, conditions=THREE, qualification_days=30)
    quick, slow = bring(ana, "Ben").friend, bring(ana, "Cleo").friend
    for day in ("mon", "tue", "wed"):
        come(quick, day)
    done = quick.referrals_received.get()
    assert (available(ana), done.reason, done.activated_at) == (1500, "completed", None)
    assert close_overdue(later(40)) == 1
    assert slow.referrals_received.get().reason == "not_converted"
    activate(quick, actor="user:1", now=later(41))
    done.refresh_from_db()
    assert (done.reason, done.activated_at, done.via) == ("completed", later(41), "manual")


def test_said_afterwards_it_looks_back(gym: Business, ana: Client, carla: Client) -> None:
    """CONTRACT: staff say later who sent Carla; the visits that she made meanwhile count at once."""
    launch(gym, conditions=THREE)
    for day in ("mon", "tue", "wed"):
        come(carla, day, at=later(0.1))
    attach_referral(gym, ana, carla, actor="user:1", now=later(1))
    assert available(ana) == 1500


class TestApi:
    @pytest.fixture
    def call(self, house: House) -> Any:
        from api.calls import Caller

        return Caller(house.api_key)

    def test_an_event_is_told_once(self, call: Any, gym: Business, ana: Client) -> None:
        """201, then 200 with the same row; a time before, data kept, and gone with the client's data."""
        launch(gym, conditions=[{"kind": "sessions_attended", "at_least": 1}])
        ben = bring(ana, "Ben").friend
        told = {"type": "session.attended", "client": ben.public_id, "key": "class-7:ben", "data": {"class": "Spin"}}
        first = call.post("/events", told)
        assert first.status == 201
        assert (first.body["type"], first.body["key"], first.body["client"]) == (
            "session.attended",
            "class-7:ben",
            ben.public_id,
        )
        again = call.post("/events", {**told, "data": {}})
        assert (again.status, again.body) == (200, first.body)
        assert (Visit.objects.count(), available(ana)) == (1, 1500)
        eva = bring(ana, "Eva").friend  # a program that names the class, and not who came, hears of it
        refused = call.post("/events", {**told, "client": eva.public_id})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "key")
        missed = call.post("/events", {**told, "type": "session.missed"})
        assert (missed.status, Visit.objects.count(), available(ana)) == (422, 1, 1500)
        archive(ben, **WHO)
        delete_client(ben, **WHO)
        assert Visit.objects.get().data == {}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"type": "order.paid"}, "type"),
            ({"client": "A" * 22}, "client"),
            ({"key": ""}, "key"),
            ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
            ({"occurred_at": "yesterday"}, "occurred_at"),
            ({"data": {"a": "x" * 5000}}, "data"),
            ({"data": {"a": "\x00"}}, "data"),
        ],
    )
    def test_what_is_wrong_is_named(self, call: Any, carla: Client, wrong: dict[str, Any], field: str) -> None:
        told = {"type": "session.attended", "client": carla.public_id, "key": "k", **wrong}
        refused = call.post("/events", told)
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, field)
        assert Visit.objects.count() == 0

    def test_another_business_has_its_own_keys(self, call: Any, carla: Client, salon: Business) -> None:
        stranger = add_client(salon, "Sol")
        told = {"type": "session.attended", "client": stranger.public_id, "key": "k"}
        assert call.post("/events", told).status == 422
        mark_visit(stranger, key="api:k", **WHO)
        assert call.post("/events", {**told, "client": carla.public_id}).status == 201


class TestDesk:
    @pytest.fixture
    def desk(self, house: House) -> Browser:
        browser = Browser()
        browser.force_login(house.owner)
        return browser

    def test_a_class_is_marked_and_taken_back(
        self, desk: Browser, gym: Business, ana: Client, carla: Client, django_assert_max_num_queries: Any
    ) -> None:
        """UX: pick, one button, undo; the same form twice marks once; another business's client is not there."""
        at = f"/b/{gym.slug}/visits/"
        with django_assert_max_num_queries(12):
            assert "Ha venido hoy" not in desk.get(at).content.decode()
        sent = {"once": "t", "pick": [ana.public_id, carla.public_id, "A" * 22]}
        for _twice in range(2):
            marked = desk.post(f"{at}mark/", sent, follow=True).content.decode()
        assert "2 visitas marcadas." in marked
        assert Visit.objects.count() == 2
        ids = ",".join(Visit.objects.values_list("public_id", flat=True))
        desk.post(f"{at}unmark/?ids={ids},{'B' * 22}")
        assert Visit.objects.count() == 0

    def test_one_tap_on_the_profile(self, desk: Browser, gym: Business, carla: Client) -> None:
        page = desk.get(f"/b/{gym.slug}/clients/{carla.public_id}/").content.decode()
        assert f"/clients/{carla.public_id}/visit/" in page
        for _twice in range(2):
            desk.post(f"/b/{gym.slug}/clients/{carla.public_id}/visit/", {"once": "x"})
        assert Visit.objects.get().client_id == carla.pk
