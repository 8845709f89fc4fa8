"""CASES 87, R-024: what the link's own client or the team opens is labelled and in no figure."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser
from django.utils import timezone

from plusone.clients.models import Client
from plusone.kernel.models import Business, Collaborator, User
from plusone.referrals import queries
from plusone.referrals.commands import roll_up_visits, set_apart_own_visit
from plusone.referrals.models import Visit, VisitDay
from world import add_client, login_of, open_salon

pytestmark = pytest.mark.django_db

PHONE = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"}


def as_user(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def follow(browser: Browser, client: Client) -> str:
    """Open a client's link and what it leads to, in English; return what the page says."""
    where = urlsplit(browser.get(f"/r/{client.code}", **PHONE).url)
    return browser.get(f"{where.path}?{where.query}&lang=en").content.decode()


def counted(gym: Business) -> tuple[int, int]:
    """How many visits the figures say now, and once all of them are in their days."""
    now = queries.visits(gym)
    roll_up_visits(timezone.now() + timedelta(seconds=10))
    return now, queries.visits(gym)


def test_a_friends_visit_counts_and_the_own_ones_do_not(ana: Client, gym: Business) -> None:
    olga = as_user(Collaborator.objects.get(business=gym).user)
    herself = as_user(login_of(ana))
    assert "You work here" not in follow(Browser(), ana)
    assert "this visit of yours is not counted" in follow(olga, ana)
    page = follow(herself, ana)
    assert "This is your own invitation" in page
    assert "and neither does this visit" in page
    assert Visit.objects.count() == 3, "all are kept"
    assert Visit.objects.filter(is_own=True).count() == 2
    assert counted(gym) == (1, 1)


def test_other_people_with_a_login_are_visitors(ana: Client, gym: Business) -> None:
    """Another client of the business, and the team of another one."""
    eva = as_user(login_of(add_client(gym, "Eva")))
    lucie = as_user(Collaborator.objects.get(business=open_salon().business).user)
    for browser in (eva, lucie):
        follow(browser, ana)
    assert counted(gym) == (2, 2)


def test_a_visit_that_is_in_its_day_already_comes_out_again_once(ana: Client, gym: Business) -> None:
    herself = as_user(login_of(ana))
    follow(Browser(), ana)
    address = herself.get(f"/r/{ana.code}", **PHONE).url
    assert counted(gym) == (2, 2)
    for _ in range(2):
        herself.get(address)
    assert counted(gym) == (1, 1)
    assert VisitDay.objects.get().visits == 1


def test_an_address_handed_on_takes_nobody_elses_visit_out(ana: Client, gym: Business) -> None:
    """Ben's visit stays his when he shows Ana the page later, and when the token names another link."""
    eva = add_client(gym, "Eva")
    address = Browser().get(f"/r/{ana.code}", **PHONE).url
    visit = Visit.objects.get()
    assert not set_apart_own_visit(ana, visit.pk, now=timezone.now() + timedelta(minutes=2))
    assert not set_apart_own_visit(eva, visit.pk, now=timezone.now())
    as_user(login_of(eva)).get(f"/join/{eva.code}?{urlsplit(address).query}")
    assert counted(gym) == (1, 1)


def test_nothing_is_asked_of_who_brings_no_session(ana: Client, django_assert_num_queries: Any) -> None:
    browser = Browser()
    address = browser.get(f"/r/{ana.code}", **PHONE).url
    with django_assert_num_queries(4) as asked:
        browser.get(address)
    assert not any("session" in query["sql"] or "collaborator" in query["sql"] for query in asked.captured_queries)
