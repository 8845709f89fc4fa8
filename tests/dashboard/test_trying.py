"""The owner's test link: what a friend will see, before there is a friend; seen at home, counted nowhere (UX B4)."""

from typing import Any

import pytest
from django.test import Client as Browser

from plusone.clients.models import Client
from plusone.insights.queries import impact
from plusone.kernel.models import Business
from plusone.referrals.commands import create_campaign, record_trial
from plusone.referrals.models import Referral, Trial, Visit, VisitDay
from plusone.referrals.offers import read_offer
from plusone.referrals.trying import trial_link
from world import EUR10, NOON, later, launch

from .pages import text_of

pytestmark = pytest.mark.django_db

PHONE: dict[str, Any] = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}


def path_of(business: Business) -> str:
    return trial_link(business).partition("8000")[2] or "/" + trial_link(business).split("/", 3)[3]


def test_a_test_visit_is_seen_at_home_and_counted_nowhere(gym: Business, ana: Client, olga: Browser) -> None:
    """UX B4, CASES 87: share your own test link and see your own visit, labelled, in no figure."""
    launch(gym, friend=EUR10)
    before = impact(gym, now=NOON)
    assert "Nobody has opened your test link yet." in text_of(olga.get(f"/b/{gym.slug}/campaign/test/"))
    assert olga.get(f"/b/{gym.slug}/campaign/test/seen/").status_code == 200
    opens = f'href="{path_of(gym)}" target="_blank"'
    assert opens in olga.get(f"/b/{gym.slug}/campaign/test/").content.decode(), "on a phone nobody copies an address"
    answer = Browser().get(path_of(gym), **PHONE)
    assert (answer.status_code, answer["Location"]) == (302, f"{path_of(gym)}/invitation")
    page = Browser().get(answer["Location"], HTTP_ACCEPT_LANGUAGE="en", **PHONE)
    said = text_of(page)
    assert "This is a test" in said
    assert "€10" in said
    assert "<fieldset" in page.content.decode()
    assert olga.get(f"/b/{gym.slug}/campaign/test/seen/").status_code == 204
    assert "Test Your visit was seen:" in text_of(olga.get(f"/b/{gym.slug}/"))
    assert Trial.objects.get(business=gym).visits == 1
    assert (Visit.objects.count(), VisitDay.objects.count(), Referral.objects.count()) == (0, 0, 0)
    assert impact(gym, now=NOON) == before


def test_the_offer_is_tried_before_it_is_active(gym: Business) -> None:
    offer = read_offer(gym, {"friend_reward": EUR10, "ambassador_reward": None, "qualification_days": 0})
    create_campaign(gym, name="Draft", offer=offer, actor="user:1", now=NOON)
    assert "€10.00" in text_of(Browser().get(f"{path_of(gym)}/invitation", HTTP_ACCEPT_LANGUAGE="en"))


def test_without_a_campaign_the_page_says_so(gym: Business) -> None:
    assert Browser().get(f"{path_of(gym)}/invitation").status_code == 410


def test_machines_are_no_test_visit(gym: Business, salon: Business) -> None:
    """FRA-6: a preview of the link is nobody's visit, and a made-up link is nobody's link."""
    launch(gym)
    assert Browser().get(path_of(gym), HTTP_USER_AGENT="WhatsApp/2.23").status_code == 302
    assert Browser().head(path_of(gym), **PHONE).status_code == 302
    assert Browser().get(path_of(gym).replace(gym.public_id, salon.public_id), **PHONE).status_code == 404
    assert Browser().get(f"/test/{gym.public_id}/invitation", **PHONE).status_code == 404
    assert Trial.objects.count() == 0


def test_nobody_registers_with_a_test_link(gym: Business) -> None:
    """CONTRACT: /join/ alone registers."""
    launch(gym)
    sent = {"first_name": "Ben", "email": "ben@friends.example"}
    assert Browser().post(f"{path_of(gym)}/invitation", sent).status_code == 405
    assert Browser().post(path_of(gym), sent).status_code == 405
    assert Client.objects.filter(business=gym).count() == 0


def test_every_test_visit_is_one_more_of_the_same_row(gym: Business) -> None:
    record_trial(gym, now=NOON)
    record_trial(gym, now=later(1))
    trial = Trial.objects.get(business=gym)
    assert (trial.visits, trial.first_at, trial.last_at) == (2, NOON, later(1))


def test_the_desk_has_no_test_link(gym: Business, desk: Browser) -> None:
    assert desk.get(f"/b/{gym.slug}/campaign/test/").status_code == 404
