"""A client asks for a look, and finds what a movement came from (TRUST A3, CASES 61)."""

import pytest

from dashboard.pages import text_of
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.commands import register_friend
from plusone.referrals.models import DoubtSign
from world import NOON, add_client, bring

from .conftest import LogIn

pytestmark = pytest.mark.django_db
FRIENDS = "/p/studio-vela/refer/friends/"


def test_who_waits_because_of_a_doubt_asks_for_a_review(
    gym: Business, ana: Client, campaign: None, log_in: LogIn
) -> None:
    """TRUST A3: one press, once; another's recommendation, or one that nothing holds, offers none."""
    ben = register_friend(gym, ana, first_name="Ben", email="b@mailinator.com", actor="public", now=NOON).referral
    bring(ana, "Eva")
    browser, to = log_in(ana), f"{FRIENDS}{ben.public_id}/review/"
    page = browser.get(FRIENDS).content.decode()
    assert page.count("Ask for a review") == page.count(to) == 1
    assert browser.get(to).status_code == 405
    other = log_in(add_client(gym, "Carla", email="carla@clients.example"))
    assert other.post(to).status_code == 404
    assert "Studio Vela will look at it." in text_of(browser.post(to, follow=True))
    page = text_of(browser.get(FRIENDS))
    assert "Ask for a review" not in page
    assert "You have asked Studio Vela to look at this." in page
    assert DoubtSign.objects.filter(name="appeal", referral=ben).count() == 1


def test_a_movement_leads_to_the_friend_it_came_from(gym: Business, ana: Client, campaign: None, log_in: LogIn) -> None:
    """CASES 61, R-049: "why?" is one press from the balance."""
    eva = bring(ana, "Eva")
    activate(eva.friend, actor="user:1", now=NOON)
    page = log_in(ana).get("/p/studio-vela/balance/").content.decode()
    assert f'href="{FRIENDS}#friend-{eva.public_id}"' in page
    assert f'id="friend-{eva.public_id}"' in log_in(ana).get(FRIENDS).content.decode()
