"""CASES 14, 88: what a code that is typed brings, and what one that leads to nobody does not."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from filling_in import fill_in, page_of
from plusone.clients.commands import delete_client
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business, Collaborator
from plusone.referrals.commands import attach_referral
from plusone.rewards.models import Reward
from world import add_client

pytestmark = pytest.mark.django_db


def test_the_gift_is_promised_where_it_is_given(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 88, R-023: by the code alone, so that a client of old sees what everybody sees."""
    at, known = f"/at/{gym.slug}?lang=en", add_client(gym, "Eva", email="eva@clients.example")
    poster = page_of(browser, at)
    assert "With the code of who invited you" in poster
    assert "Register and get my gift" not in poster
    without = fill_in(browser, at, email="one@friends.example", code="")
    assert "You registered without a code." in without.content.decode()
    assert "€10.00" not in without.content.decode()
    assert not Reward.objects.exists()
    for path, code, email in (
        (at, ana.code, "two@friends.example"),
        (f"/join/{ana.code}?lang=en", "", "three@friends.example"),
        (f"/join/{ana.code}?lang=en", ana.code, str(known.email)),
    ):
        assert "€10.00 of balance" in fill_in(browser, path, email=email, code=code).content.decode()
    assert Reward.objects.filter(side="friend", state="granted").count() == 2


def test_staff_see_the_code_that_led_to_nobody(ana: Client, gym: Business, browser: Browser) -> None:
    """CONTRACT, Pages: in the list of leads and on the profile, until it is said who it was; erased with the person."""
    fill_in(browser, f"/at/{gym.slug}", code=" tía  Ana <b> ")
    ben, olga = Client.objects.get(email="ben@friends.example"), Browser()
    olga.force_login(Collaborator.objects.get(business=gym).user)
    seen = {
        name: olga.get(reverse(f"b:{name}", args=[gym.slug, *([ben.public_id] if name != "leads" else [])]))
        for name in ("leads", "client", "client_referred_by")
    }
    assert all("tía Ana &lt;b&gt;" in page.content.decode() for page in seen.values())
    attach_referral(gym, ana, ben, actor="user:1", now=clock.now())
    assert "tía Ana" not in olga.get(reverse("b:leads", args=[gym.slug])).content.decode()
    delete_client(ben, actor="user:1", now=clock.now())
    ben.refresh_from_db()
    assert ben.typed_code == ""
