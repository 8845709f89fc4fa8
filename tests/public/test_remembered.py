"""CASES 9, 18, R-288: a device that remembers an invitation, and which of several links counts."""

import pytest
from django.test import Client as Browser
from django.utils import timezone

from filling_in import fill_in, page_of, token_in
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business, User
from plusone.referrals.commands import edit_campaign, record_visit
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import offer_of, read_offer
from plusone.referrals.touches import visit_token
from plusone.rewards.models import Reward
from world import add_client

pytestmark = pytest.mark.django_db


def rows() -> tuple[int, int, int, int]:
    return Client.objects.count(), Referral.objects.count(), Reward.objects.count(), Event.objects.count()


def test_a_friend_who_asks_for_it_is_remembered(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 18, R-288: no cookie before the friend presses the button; with it a poster's form knows who invited."""
    eva = add_client(gym, "Eva")
    visit = record_visit(gym.pk, ana.pk, Campaign.objects.get().pk)
    at = f"/join/{ana.code}?lang=en&v={visit_token(visit)}"
    page, before = page_of(browser, at), rows()
    assert "One cookie keeps the invitation on this device for 90 days" in page
    assert browser.cookies == {}
    other = Browser()
    no = other.post(f"/join/{ana.code}/remember", {"token": token_in(page_of(other, at)), "keep": "no"})
    assert (no.cookies["plusone_visit"].value, rows()) == ("", before)
    assert f'value="{ana.code}"' in page_of(other, at), "refused: nothing is kept, and the code is at hand"
    refused = browser.post(f"/join/{ana.code}/remember", {"token": "made-up"})
    assert (refused.status_code, browser.cookies) == (403, {})
    kept = browser.post(f"/join/{ana.code}/remember?lang=en", {"token": token_in(page)})
    assert (kept.status_code, kept.url) == (302, f"/join/{ana.code}?lang=en")
    cookie = kept.cookies["plusone_visit"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 90 * 24 * 3600)
    assert "This device remembers the invitation." in page_of(browser, f"/join/{eva.code}?lang=en")
    fill_in(browser, f"/at/{gym.slug}", code="")
    referral = Referral.objects.get()
    assert (referral.ambassador_id, referral.visit_id, referral.source) == (ana.pk, visit, "link")
    assert [touch["ambassador"] for touch in referral.touches] == [ana.pk]


def test_the_first_link_counts_where_the_campaign_says_so(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 9: Ben remembered Ana's invitation, then registers with Eva's link; both links are kept."""
    campaign, eva = Campaign.objects.get(), add_client(gym, "Eva")
    offer = read_offer(gym, {"attribution": "first_touch"}, base=offer_of(campaign.terms))
    edit_campaign(campaign, offer=offer, actor="user:1", now=timezone.now())
    visit = record_visit(gym.pk, ana.pk, campaign.pk)
    token = token_in(page_of(browser, f"/join/{ana.code}?v={visit_token(visit)}"))
    browser.post(f"/join/{ana.code}/remember", {"token": token})
    shown = page_of(browser, f"/join/{eva.code}?lang=en")
    assert "Eva invites you" in shown
    assert "Ana L. sees your first name" in shown, "who will see it"
    fill_in(browser, f"/join/{eva.code}")
    referral = Referral.objects.get()
    assert referral.ambassador_id == ana.pk
    assert [touch["ambassador"] for touch in referral.touches] == [ana.pk, eva.pk]
    olga = Browser()
    User.objects.filter(email="olga@vela.example").update(language="en")
    olga.force_login(User.objects.get(email="olga@vela.example"))
    page = olga.get(f"/b/{gym.slug}/referrals/{referral.public_id}/").content.decode()
    assert page.index("<li>Ana López · ") < page.index("<li>Eva · "), "staff see both"
    assert "The first counts here" in page
    sent = {"token": token_in(page_of(browser, f"/join/{eva.code}")), "keep": "no"}
    assert browser.post(f"/join/{eva.code}/remember", sent).cookies["plusone_visit"].value == ""
