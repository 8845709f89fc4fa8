"""CASES 14, 88: what a code that is typed brings, and what one that leads to nobody does not."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from filling_in import fill_in, page_of, token_in
from plusone.clients.commands import delete_client
from plusone.clients.models import Client
from plusone.faces.ui.limits import guesses
from plusone.kernel import clock
from plusone.kernel.models import Business, Collaborator
from plusone.referrals.commands import attach_referral, record_visit
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.touches import visit_token
from plusone.rewards.models import Reward
from world import add_client, make_product, sell

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


def test_a_link_on_the_phone_and_the_code_on_the_laptop(ana: Client, gym: Business, browser: Browser) -> None:
    """CASES 17: another device knows nothing of the link that was opened; the typed code says who invited."""
    visit = record_visit(gym.pk, ana.pk, Campaign.objects.get().pk)
    phone = Browser(HTTP_USER_AGENT="iPhone")
    page_of(phone, f"/join/{ana.code}?v={visit_token(visit)}")
    laptop = f"/at/{gym.slug}"
    fill_in(browser, laptop, code=f" {ana.code.upper()} ")
    made = Referral.objects.get()
    assert (made.ambassador_id, made.source, made.visit_id) == (ana.pk, "code", None)


def test_a_link_in_an_app_and_the_purchase_on_the_laptop(ana: Client, gym: Business, browser: Browser) -> None:
    """TRUST PRI-10: the address leads to the same person on every device, without a cookie of the first one; else the
    typed code does (above), and the desk asks who sent them (test_desk)."""
    app = Browser(enforce_csrf_checks=True, HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Instagram 300.0", HTTP_REFERER="")
    visit = record_visit(gym.pk, ana.pk, Campaign.objects.get().pk)
    fill_in(app, f"/join/{ana.code}?v={visit_token(visit)}", email="ben@friends.example")
    fill_in(browser, f"/at/{gym.slug}", email="Ben@Friends.example", code="")
    ben = Client.objects.get(email="ben@friends.example")
    assert Client.objects.filter(first_name="Ben").count() == 1
    sell(ben, make_product(gym))
    made = Referral.objects.get()
    assert (made.ambassador_id, made.friend_id, made.activated_at is not None) == (ana.pk, ben.pk, True)
    assert Reward.objects.filter(side="ambassador", client=ana).count() == 1


def test_who_guesses_is_not_told_which_code_is_somebodys(ana: Client, gym: Business, browser: Browser) -> None:
    """CONTRACT, Pages; FRA-11: beyond 20 unknown codes in a minute the page and its picture say no more."""
    for path in ("/join/bcdfghjkm", "/join/bcdfghjkm/card.jpg"):
        guesses.clear()
        assert [browser.get(path).status_code for _number in range(22)] == [404] * 20 + [429] * 2
    guesses.clear()
    assert [browser.post("/join/bcdfghjkm/remember").status_code for _number in range(21)] == [404] * 20 + [429]
    assert browser.get("/r/bcdfghjkn").status_code == 429  # one count for all of them
    assert browser.get(f"/join/{ana.code}").status_code == 200
    assert browser.get("/join/bcdfghjkm", REMOTE_ADDR="203.0.113.9").status_code == 404


@pytest.mark.parametrize("where", ["/at/studio-vela?lang=en", "/join/{code}?lang=en"])
def test_who_guesses_on_the_form_is_registered_and_told_nothing(
    ana: Client, gym: Business, browser: Browser, where: str
) -> None:
    """CASES 14, FRA-11: everybody is registered, but beyond 20 unknown codes a real one reads like all others."""
    carla, path = add_client(gym, "Carla"), where.format(code=ana.code)
    token = token_in(page_of(browser, path))

    def told(number: int, code: str) -> str:
        email = f"f{number}@friends.example"
        page = fill_in(browser, path, token, email=email, code=code, REMOTE_ADDR="198.51.100.4").content.decode()
        assert Client.objects.filter(email=email).exists()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
        return page.replace(email, "EMAIL").replace(code, "CODE")

    assert "€10.00 of balance" in told(0, carla.code)
    for number in range(1, 21):
        assert "Nobody has the code" in told(number, f"bcdfghj{number:02}".replace("0", "z").replace("1", "y"))
    unknown, known = told(21, "bcdfghjkm"), told(22, carla.code)
    assert "Your code “CODE” is noted" in known
    assert (known == unknown, "€10.00" in known) == (True, False)
    assert Referral.objects.filter(ambassador=carla).count() == 2


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
