"""What no database holds, a number of five thousand digits or a NUL, is answered as anything else that is wrong."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign
from plusone.rewards.models import Reward
from world import EUR15, bring, launch

from .pages import text_of
from .test_campaign import OFFER, at

pytestmark = pytest.mark.django_db
EITHER = {"kind": "choice", "options": [EUR15, {"kind": "manual", "text": "Massage"}]}


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20, "0000019999999999"], ids=["endless", "20 digits", "zeros"])
def test_numbers_that_are_too_long(gym: Business, olga: Browser, ana: Client, number: str) -> None:
    assert olga.get(at(gym, "activity"), {"who": f"user:{number}"}).status_code == 200
    sent = {**OFFER, "condition": "orders", "condition_at_least": number}
    assert "Write a whole number above zero" in text_of(olga.post(at(gym, "campaign_save_new"), sent))
    sent = {**OFFER, "ambassador_kind": "membership_days", "ambassador_days": number}
    assert "Write between 1 and 3,650 days." in text_of(olga.post(at(gym, "campaign_save_new"), sent))
    for place in ("option_", "condition_"):
        assert olga.post(at(gym, "campaign_save_new"), {**OFFER, "drop": place + number}).status_code == 200
    assert not Campaign.objects.exists()
    launch(gym, ambassador=EITHER)
    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    reward = Reward.objects.get()
    assert olga.post(at(gym, "reward_choose", reward.public_id), {"option": number}).status_code == 422
    assert Reward.objects.get().state == "awaiting_choice"


@pytest.mark.parametrize(
    "values",
    [
        [float("inf")],
        [1e999, 5],
        [{"at": "0001-01-01T00:00:00+14:00"}, 5],
        [{"at": "9999-12-31T23:59:59-14:00"}, 5],
        [{"at": "2026-03-10T11:00:00"}, 5],
    ],
    ids=str,
)
def test_a_mark_of_a_page_that_nobody_was_given(gym: Business, olga: Browser, ana: Client, values: Any) -> None:
    """An address is typed by whoever wants to: it shows the list, and is no fault of ours."""
    mark = urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    for page in ("clients", "leads", "handovers", "orders", "activity"):
        assert olga.get(at(gym, page), {"after": mark}).status_code == 200
    assert olga.get(at(gym, "cards"), {"part": f"{mark}."}).status_code == 200


def test_an_amount_of_a_million_digits(gym: Business, olga: Browser, ana: Client) -> None:
    sent = {"amount": "9" * 1_100_000, "reason": "a gift"}
    said = text_of(olga.post(at(gym, "client_adjust", ana.public_id), sent))
    assert "Write an amount such as 15.00." in said


def test_a_nul_that_was_sent_is_not_kept(gym: Business, olga: Browser, ana: Client) -> None:
    """No keyboard writes one, and PostgreSQL refuses it: pages say so, whether a form reads it or not."""
    launch(gym)
    before = Event.objects.count()
    for page, sent in (
        (at(gym, "clients_several"), {"act": "archive", "pick": "a\0"}),
        (at(gym, "client_archive", ana.public_id), {"reason": "a\0b"}),
        (at(gym, "client_visit", ana.public_id), {"once": "\0"}),
        (at(gym, "device_mark"), {"name": "Tablet\0"}),
        (at(gym, "client_note_write", ana.public_id), {"text": "a\0b"}),
    ):
        answer = olga.post(page, sent)
        assert (answer.status_code, "a character that is none (NUL)" in text_of(answer)) == (422, True)
    assert Event.objects.count() == before
    assert olga.get(at(gym, "campaign_news", Campaign.objects.get().public_id), {"as": "\0"}).status_code == 404
    assert olga.post(at(gym, "visits_unmark") + "?ids=%00").status_code == 404
