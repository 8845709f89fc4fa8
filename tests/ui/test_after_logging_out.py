"""Where somebody ends up whose log-in ended while they had a form open (issue 3)."""

from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.kernel.models import Business
from world import House

SENT_FROM = {"Referer": "http://testserver/b/studio-vela/?period=month"}


@pytest.fixture
def profile(gym: Business, ana: Client) -> str:
    return reverse("b:client", args=[gym.slug, ana.public_id])


def test_a_form_sent_too_late_leads_back_to_its_page_and_says_that_it_was_not_done(gym: Business) -> None:
    """The address of the form answers no GET, so logging in must not lead there."""
    browser = Browser(headers={"Accept-Language": "es"})
    answer = browser.post(reverse("b:checklist_dismiss", args=[gym.slug]), headers=SENT_FROM)
    assert answer["Location"] == "/accounts/login/?next=/b/studio-vela/%3Fperiod%3Dmonth"
    page = browser.get(answer["Location"]).content.decode()
    assert "Entretanto se había cerrado tu sesión. Lo que acabas de enviar no se ha hecho." in page


@pytest.mark.parametrize(
    "elsewhere", ["", "https://evil.example/b/studio-vela/", "//evil.example/", "javascript:alert(1)"]
)
def test_no_other_site_is_led_back_to(gym: Business, elsewhere: str) -> None:
    headers = {"Referer": elsewhere} if elsewhere else {}
    answer = Browser().post(reverse("b:checklist_dismiss", args=[gym.slug]), headers=headers)
    assert answer["Location"] == "/accounts/login/?next=/"


def test_what_a_script_sends_by_itself_leaves_no_note(gym: Business) -> None:
    browser = Browser()
    browser.post(reverse("b:checklist_dismiss", args=[gym.slug]), headers={**SENT_FROM, "Sec-Fetch-Mode": "cors"})
    assert "What you sent" not in browser.get("/accounts/login/").content.decode()


def test_a_page_that_was_asked_for_is_come_back_to(profile: str) -> None:
    assert Browser().get(f"{profile}?tab=friends")["Location"] == f"/accounts/login/?next={profile}%3Ftab%3Dfriends"


def test_an_address_that_only_takes_forms_says_so_and_leads_on(house: House, gym: Business) -> None:
    """Whoever opens it reads a page in their language, with a way on; programs still get a 405 and what is allowed."""
    house.owner.language = "es"
    house.owner.save()
    browser = Browser()
    browser.force_login(house.owner)
    to = reverse("b:checklist_dismiss", args=[gym.slug])
    answer = browser.get(to)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = unescape(answer.content.decode())
    assert "Aquí no hay nada que leer" in page
    assert 'href="/"' in page
    back = browser.get(to, headers=SENT_FROM).content.decode()
    assert 'href="/b/studio-vela/?period=month"' in back
    assert "evil" not in browser.get(to, headers={"Referer": "https://evil.example/"}).content.decode()


def test_a_path_that_names_another_site_stays_on_ours(house: House, gym: Business) -> None:
    """`//evil.example/` alone is an address there: of this site's page of that name one slash is kept."""
    browser = Browser()
    browser.force_login(house.owner)
    headers = {"Referer": "http://testserver//evil.example/"}
    page = browser.get(reverse("b:checklist_dismiss", args=[gym.slug]), headers=headers).content.decode()
    assert 'href="/evil.example/"' in page
