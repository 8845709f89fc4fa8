"""Without any mail server no login code arrives: clients come in by a link that staff hand over, and choose a password.

Staff have seen that link, so it proves nobody's address: the login opens the pages of that business and nothing else.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from plusone.clients.commands import ENTRY_DAYS, invite_client
from plusone.clients.models import Client
from plusone.connect.commands import invite_collaborator
from plusone.connect.models import TeamInvitation
from plusone.events.models import Event
from plusone.kernel.commands import add_collaborator, user_for
from plusone.kernel.models import Business, Collaborator, User
from world import House, add_client

from .pages import text_of
from .test_accounts import CODE, CONFIRM, LOGIN, code_in, mails

PASSWORD, ANOTHER = "barco nube siete", "siete nubes barco"
SENT_BY_MAIL = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


def profile(gym: Business, client: Client) -> str:
    return reverse("b:client", args=[gym.slug, client.public_id])


def link_for(olga: Browser, gym: Business, client: Client) -> str:
    """Press the button on a client's page, and read the link."""
    cache.clear()
    page = olga.post(reverse("b:client_let_in", args=[gym.slug, client.public_id])).content.decode()
    found = re.search(r'data-copy="https?://[^/"]+(/enter/[^"]+)"', page)
    assert found, page
    return found[1]


def entered(link: str, password: str = PASSWORD) -> Browser:
    browser = Browser()
    browser.post(link, {"password": password})
    return browser


def is_in(browser: Browser, business: Business) -> bool:
    return browser.get(f"/p/{business.slug}/").status_code == 200


def logs_in(client: Client, password: str = PASSWORD) -> Browser:
    browser = Browser()
    browser.post(LOGIN, {"login": str(client.email), "password": password})
    return browser


def test_a_client_chooses_a_password_and_comes_back_with_it(gym: Business, ana: Client, olga: Browser) -> None:
    """R-101: the page says why, the log says who took the link, and the password works from then on."""
    page = text_of(olga.get(profile(gym, ana)))
    assert "No login code reaches them: no mail leaves yet Hand over a link to log in" in page
    link = link_for(olga, gym, ana)
    assert Event.objects.get(name="client.entry_handed").client_id == ana.pk
    browser = Browser()
    assert "Aquí todavía no sale ningún correo" in text_of(browser.get(link))
    assert browser.post(link, {"password": PASSWORD})["Location"] == f"/p/{gym.slug}/"
    assert is_in(browser, gym)
    assert is_in(logs_in(ana), gym)
    assert not is_in(logs_in(ana, ANOTHER), gym)
    assert "Hand over a new link to log in" in text_of(olga.get(profile(gym, ana)))


@pytest.mark.parametrize("weak", ["", "corta", "password123", "ana.lopez@clients.example"])
def test_a_password_that_anybody_would_guess_is_refused(gym: Business, ana: Client, olga: Browser, weak: str) -> None:
    link = link_for(olga, gym, ana)
    answer = Browser().post(link, {"password": weak})
    assert (answer.status_code, "invalid-feedback" in answer.content.decode()) == (422, True)
    assert is_in(entered(link), gym), "the link is not used up by it"


def test_a_link_works_once_and_for_a_week(gym: Business, ana: Client, olga: Browser) -> None:
    link, second = link_for(olga, gym, ana), link_for(olga, gym, ana)
    assert is_in(entered(link), gym)
    assert Browser().post(link, {"password": ANOTHER}).status_code == 410
    assert "This link has ended" in text_of(Browser().get(link))
    assert not is_in(logs_in(ana, ANOTHER), gym)
    with time_machine.travel(timezone.now() + timedelta(days=ENTRY_DAYS, minutes=1)):
        assert Browser().post(second, {"password": ANOTHER}).status_code == 410
    assert Browser().get(second[:-1] + ("A" if second[-1] != "A" else "B")).status_code == 410
    assert is_in(entered(second, ANOTHER), gym), "who forgot the password gets a new link"
    assert not is_in(logs_in(ana), gym)


def test_the_handed_link_of_an_invitation_leads_there_at_once(gym: Business, olga: Browser) -> None:
    dina = invite_client(gym, first_name="Dina", email="dina@mail.example", actor="user:1", now=timezone.now())
    page = olga.post(reverse("b:client_invite_hand", args=[gym.slug, dina.public_id])).content.decode()
    found = re.search(r'data-copy="https?://[^/"]+(/invited/\w+)"', page)
    assert found
    browser = Browser()
    there = browser.post(found[1])["Location"]
    assert there.startswith("/enter/")
    browser.post(there, {"password": PASSWORD})
    assert is_in(browser, gym)


def test_it_opens_the_pages_of_no_other_business(
    gym: Business, salon: Business, ana: Client, olga: Browser, lucie: Browser
) -> None:
    """Q-20: else the staff of one business could read what another keeps about the same person."""
    before = add_client(salon, "Ana", email=str(ana.email))
    here = entered(link_for(olga, gym, ana))
    Client.objects.filter(pk=before.pk).delete()
    invite_collaborator(salon, name="Ana", email=str(ana.email), role="manager", actor="user:1", now=timezone.now())
    since = add_client(salon, "Ana", email=str(ana.email))
    for browser in (here, logs_in(ana)):
        assert is_in(browser, gym)
        assert not is_in(browser, salon)
        assert "Salon Lune" not in text_of(browser.get("/switch"))
        assert browser.get("/start").status_code == 404
        browser.post(reverse("join_team", args=[TeamInvitation.objects.get().public_id]))
    assert not Collaborator.objects.filter(business=salon, user__email=ana.email).exists()
    since.refresh_from_db()
    assert since.user is None
    said = lucie.post(reverse("b:client_let_in", args=[salon.slug, since.public_id]), follow=True)
    assert "client.entry_handed" not in Event.objects.filter(business=salon).values_list("name", flat=True)
    assert said.status_code == 200


def test_who_has_a_login_of_their_own_keeps_it(gym: Business, ana: Client, olga: Browser, house: House) -> None:
    """Nor does anybody become somebody of a team by it."""
    Browser().post(CODE, {"email": str(ana.email)})
    User.objects.filter(email=ana.email).update(last_login=timezone.now())
    colleague = add_client(gym, "Desi", email="desi@vela.example")
    add_collaborator(gym, user_for("desi@vela.example"), role="front_desk")
    barred = add_client(gym, "Nadia")
    Client.objects.filter(pk=barred.pk).update(access=False)
    for client in (ana, colleague, barred):
        answer = olga.post(reverse("b:client_let_in", args=[gym.slug, client.public_id]))
        assert answer["Location"] == profile(gym, client)
    assert not Event.objects.filter(name="client.entry_handed").exists()


def test_whoever_proves_the_address_later_takes_it_over(
    gym: Business, salon: Business, ana: Client, olga: Browser, settings: Any
) -> None:
    """Staff may have opened the link themselves: their password and their session end, and the rest opens."""
    there = add_client(salon, "Ana", email=str(ana.email))
    link = link_for(olga, gym, ana)
    staff = entered(link)
    settings.MAILERS = SENT_BY_MAIL
    assert not is_in(logs_in(ana), gym), "a password alone has to prove the address now, as everybody's"
    hers = Browser()
    hers.post(CODE, {"email": str(ana.email)})
    hers.post(CONFIRM, {"code": code_in(mails()[-1])})
    assert is_in(hers, gym)
    assert is_in(hers, salon)
    assert not is_in(staff, gym)
    assert not User.objects.get(email=ana.email).has_usable_password()
    there.refresh_from_db()
    assert there.user == User.objects.get(email=ana.email)


def test_where_codes_arrive_no_link_is_needed(gym: Business, ana: Client, olga: Browser, settings: Any) -> None:
    link = link_for(olga, gym, ana)
    settings.MAILERS = SENT_BY_MAIL
    assert "Hand over a link to log in" not in text_of(olga.get(profile(gym, ana)))
    olga.post(reverse("b:client_let_in", args=[gym.slug, ana.public_id]))
    assert Event.objects.filter(name="client.entry_handed").count() == 1
    assert Browser().get(link)["Location"].startswith("/accounts/login/code/")


def test_only_who_manages_clients_hands_one_over(
    gym: Business, ana: Client, lucie: Browser, ana_herself: Browser
) -> None:
    for browser in (lucie, ana_herself):
        assert browser.post(reverse("b:client_let_in", args=[gym.slug, ana.public_id])).status_code == 404
    assert Browser().post(reverse("b:client_let_in", args=[gym.slug, ana.public_id])).status_code == 302


@pytest.fixture
def link_to_team(gym: Business) -> str:
    """The link by which Desi joins the team, handed over by WhatsApp: no code would reach her."""
    who = invite_collaborator(
        gym, name="Desi", email="desi@vela.example", role="front_desk", actor="user:1", now=timezone.now()
    )
    return reverse("join_team", args=[who.public_id])


def test_a_colleague_comes_in_by_the_handed_link_and_a_password(
    gym: Business, link_to_team: str, settings: Any
) -> None:
    """R-221: the role holds, the link is used up, and the password works again."""
    settings.ENV = "production"  # elsewhere the code stands in the outbox of the trial
    browser = Browser()
    assert "no login code would reach you" in text_of(browser.get(link_to_team, headers={"Accept-Language": "en"}))
    assert "at least 10 characters" in text_of(browser.post(link_to_team, {"password": "corta"})).lower()
    assert browser.post(link_to_team, {"password": PASSWORD})["Location"] == reverse("b:home", args=[gym.slug])
    assert Collaborator.objects.get(user__email="desi@vela.example").role == "front_desk"
    assert Browser().post(link_to_team, {"password": ANOTHER}).status_code == 410
    again = Browser()
    again.post(LOGIN, {"login": "desi@vela.example", "password": PASSWORD})
    assert again.get(reverse("b:home", args=[gym.slug])).status_code == 200
    assert again.get(reverse("b:settings", args=[gym.slug])).status_code == 404


def test_the_link_to_a_team_is_no_way_into_a_login_that_is_there(
    gym: Business, salon: Business, link_to_team: str, settings: Any
) -> None:
    settings.ENV = "production"
    add_collaborator(salon, user_for("desi@vela.example"), role="manager")
    answer = Browser().post(link_to_team, {"password": PASSWORD})
    assert (answer.status_code, "You have a login of your own already." in text_of(answer)) == (409, True)
    assert not User.objects.get(email="desi@vela.example").has_usable_password()
    assert not Collaborator.objects.filter(business=gym, user__email="desi@vela.example").exists()
    assert TeamInvitation.objects.count() == 1
