"""A number of five thousand digits, or one that no database holds, is answered as any other wrong number."""

import pytest
from django.test import Client as Browser

from plusone.clients.commands import activate
from plusone.clients.models import Client
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
    assert not Campaign.objects.exists()
    launch(gym, ambassador=EITHER)
    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    reward = Reward.objects.get()
    assert olga.post(at(gym, "reward_choose", reward.public_id), {"option": number}).status_code == 422
    assert Reward.objects.get().state == "awaiting_choice"
