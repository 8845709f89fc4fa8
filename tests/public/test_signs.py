"""CASES 74, FRA-4: signs of spam."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from plusone.clients.models import Client
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from public.filling_in import fill_in, page_of, token_in

pytestmark = pytest.mark.django_db

FAR = "8.8.8.8"


def test_signs_of_spam_flag_and_never_refuse(ana: Client, browser: Browser) -> None:
    """CONTRACT, Pages; CASES 74: registered at once, and its rewards wait for a person."""
    answers = [
        fill_in(browser, f"/join/{ana.code}", email="a@friends.example", topic="buy pills"),
        fill_in(browser, f"/join/{ana.code}", email="b@friends.example", REMOTE_ADDR=FAR),
        fill_in(browser, f"/join/{ana.code}", email="c@mailinator.com"),
        fill_in(browser, f"/join/{ana.code}", email="d@sub.mailinator.com"),
        fill_in(browser, f"/join/{ana.code}", email="e@friends.example"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    flags = dict(Referral.objects.values_list("friend__email", "flags"))
    assert flags == {
        "a@friends.example": ["trap"],
        "b@friends.example": ["too_fast"],
        "c@mailinator.com": ["disposable_email"],
        "d@sub.mailinator.com": ["disposable_email"],
        "e@friends.example": [],
    }
    states = dict(Reward.objects.filter(side="friend").values_list("client__email", "state"))
    assert states["a@friends.example"] == "awaiting_approval"
    assert states["e@friends.example"] == "granted"


def test_a_crowd_from_one_address_is_flagged_and_a_human_pace_is_not(ana: Client, browser: Browser) -> None:
    """FRA-4, FRA-8: the 20th by one link waits, and the 21st from one address; twelve people on a gym's network do
    not."""
    tokens = [token_in(page_of(browser, f"/join/{ana.code}")) for _ in range(22)]
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        for number, token in enumerate(tokens):
            sent = {"email": f"p{number}@friends.example", "REMOTE_ADDR": FAR}
            assert fill_in(browser, f"/join/{ana.code}", token, **sent).status_code == 200
    flagged = Referral.objects.filter(flagged=True).values_list("friend__email", flat=True)
    assert sorted(flagged) == ["p19@friends.example", "p20@friends.example", "p21@friends.example"]
    last = Referral.objects.get(friend__email="p21@friends.example")
    assert sorted(last.flags) == ["many_by_one_code", "many_from_one_address"]
