"""`check.done`: another program says that a friend has done what was asked (R-113)."""

import pytest

from plusone.agenda.models import Check, Visit
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from world import bring, launch

from .calls import Caller

pytestmark = pytest.mark.django_db
FORM = {"kind": "check", "text": "hand in the health form"}
CALL = {"kind": "check", "text": "have a first call"}


def test_a_check_is_told_once_for_each_key(gym: Business, ana: Client, vela: Caller) -> None:
    """R-113: by its text, or for all; the same key again is the same event, and no other is told by it."""
    assert vela.post("/campaigns", {"name": "X", "conditions": [FORM]}).body["conditions"] == [FORM]
    launch(gym, conditions=[FORM, CALL])
    ben, eva = bring(ana, "Ben").friend, bring(ana, "Eva").friend
    event = {"type": "check.done", "client": ben.public_id, "key": "form-1", "data": {"check": FORM["text"]}}
    told = vela.post("/events", event)
    assert (told.status, told.body["type"], told.body["data"]) == (201, "check.done", {"check": FORM["text"]})
    again = vela.post("/events", event)
    assert (again.status, again.body) == (200, told.body)
    for other in ({"type": "session.attended"}, {"client": eva.public_id}):
        refused = vela.post("/events", {**event, **other})
        assert (refused.status, refused.body["errors"][0]["field"]) == (422, "key"), other
    assert (Check.objects.count(), Visit.objects.count()) == (1, 0)
    assert set(Reward.objects.values_list("state", flat=True)) == {"promised"}
    assert vela.post("/events", {"type": "check.done", "client": eva.public_id, "key": "all-1"}).status == 201
    assert Reward.objects.filter(state="granted").count() == 1
    call = {**event, "key": "call-1", "data": {"check": CALL["text"]}}
    assert vela.post("/events", call).status == 201
    assert Reward.objects.filter(state="granted").count() == 2
    wrong = vela.post("/events", {**event, "key": "x", "data": {"check": 7}})
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "data.check")
