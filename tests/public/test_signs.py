"""CASES 74, FRA-4: signs of spam."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from dashboard.pages import text_of
from filling_in import fill_in, page_of, token_in
from plusone.clients.commands import archive
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.messaging.models import Message
from plusone.referrals.commands import add_own_network, decide_case, forget_arrivals
from plusone.referrals.models import Arrival, DoubtCase, OwnDevice, Referral, Trust
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from world import NOON, House, add_client

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


def sent_by_people(browser: Browser, ana: Client, emails: list[str], **more: str) -> list[int]:
    """Open a form for each address, and send all of them half a minute later, as people do."""
    tokens = [token_in(page_of(browser, f"/join/{ana.code}")) for _ in emails]
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        return [
            fill_in(browser, f"/join/{ana.code}", token, email=email, **more).status_code
            for email, token in zip(emails, tokens, strict=True)
        ]


def test_a_crowd_by_one_link_waits_and_the_link_rests(ana: Client, browser: Browser, gym: Business) -> None:
    """FRA-8: the twentieth stranger within an hour makes all of them wait; the page is kind to who comes after, the
    owner hears it once, and with the approval the link works again."""
    emails = [f"p{number}@friends.example" for number in range(22)]
    assert sent_by_people(browser, ana, emails, REMOTE_ADDR=FAR) == [200] * 20 + [410] * 2
    assert Referral.objects.filter(flagged=True).count() == 20
    assert Browser().get(f"/r/{ana.code}").status_code == 410
    case = DoubtCase.objects.get()
    assert (Reward.objects.filter(side="ambassador", state="granted").count(), case.state) == (0, "open")
    in_a_minute = timezone.now() + timedelta(minutes=1)
    work(in_a_minute)
    assert list(Message.objects.filter(template__startswith="doubt.").values_list("template", flat=True)) == [
        "doubt.paused"
    ]
    assert decide_case(case, approve=True, note="she spoke at a fair", actor="user:1", now=in_a_minute)
    assert sent_by_people(browser, ana, ["late@friends.example"], REMOTE_ADDR="8.8.4.4") == [200]
    assert not Referral.objects.get(friend__email="late@friends.example").flagged
    assert not Trust.objects.exists()


def test_many_from_one_connection_wait_and_those_on_the_gyms_own_do_not(
    gym: Business, ana: Client, browser: Browser
) -> None:
    """FRA-4, PEERS 77: a script's thirty registrations are one case, twelve on a gym's network are nobody's business,
    and on the network that the gym named thirty are none either; each business counts for itself."""
    friends = [add_client(gym, f"Amb{number}", "Uno") for number in range(5)]

    def from_there(address: str, name: str, number: int) -> None:
        for one in range(number):
            sent_by_people(browser, friends[one % 5], [f"{name}{one}@friends.example"], REMOTE_ADDR=address)

    from_there("203.0.113.9", "wifi", 12)
    assert not Referral.objects.filter(flagged=True).exists()
    from_there("198.51.100.4", "bot", 30)
    assert Referral.objects.filter(flagged=True).count() == 30
    assert set(Referral.objects.filter(flagged=True).values_list("flags", flat=True).distinct()[0]) == {
        "many_from_one_address"
    }
    case = DoubtCase.objects.get()
    assert Referral.objects.filter(signs__case=case).distinct().count() == 30
    assert not Arrival.objects.filter(mark__contains="198.51").exists()
    add_own_network(gym, "203.0.113.0/28", name="Wi-Fi", actor="user:1", now=NOON)
    from_there("203.0.113.7", "fair", 30)
    assert Referral.objects.filter(friend__email__startswith="fair", flagged=False, at_home=True).count() == 30
    assert forget_arrivals(timezone.now() + timedelta(days=1, minutes=5)) == 42
    assert not Arrival.objects.exists()


def test_what_is_filled_in_at_the_desk_is_not_counted(
    gym: Business, ana: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRA-4, PEERS 77: many friends in ten minutes on the tablet that the owner marked, or where she is logged in, on
    whatever connection. A made-up cookie, or that of a device which was removed, marks none. Many are three here."""
    monkeypatch.setattr("plusone.referrals.doubt.network.MOST", 2)

    def fair(there: Browser, name: str, number: int) -> int:
        sent_by_people(there, ana, [f"{name}{one}@friends.example" for one in range(number)], REMOTE_ADDR=FAR)
        found = Referral.objects.filter(friend__email__startswith=name)
        assert found.count() == number
        return found.filter(flagged=True).count()

    owner, tablet, made_up = Browser(), Browser(), Browser()
    owner.force_login(house.owner)
    assert fair(owner, "team", 2) == 0
    owner.post(reverse("b:device_mark", args=[gym.slug]), {"name": "Tablet"})
    tablet.cookies["plusone_desk"] = owner.cookies["plusone_desk"].value
    assert fair(tablet, "tablet", 2) == 0
    assert Referral.objects.filter(at_home=True).count() == 4
    assert not Arrival.objects.exists()
    OwnDevice.objects.all().delete()
    assert fair(tablet, "removed", 2) == 0
    assert fair(tablet, "third", 1) == 1
    assert Referral.objects.filter(flagged=True).count() == 3
    made_up.cookies["plusone_desk"] = "Y2FzZQ:1abcde:made-up"
    assert fair(made_up, "madeup", 1) == 1


def test_a_link_in_an_advertisement_is_noticed_and_a_shared_one_is_not(ana: Client, browser: Browser) -> None:
    """FRA-8: who came by a paid click waits; what Facebook puts on every link that people share is no sign alone."""
    for name, number in (("gclid", 1), ("fbclid", 1)):
        opened = browser.get(f"/r/{ana.code}?{name}=abc", HTTP_USER_AGENT="Mozilla/5.0", REMOTE_ADDR=FAR)
        token = token_in(page_of(browser, opened["Location"]))
        with time_machine.travel(timezone.now() + timedelta(seconds=30)):
            fill_in(browser, f"/join/{ana.code}", token, email=f"{name}{number}@friends.example", REMOTE_ADDR=FAR)
    told = dict(Referral.objects.values_list("ad", "flags"))
    assert told == {"gclid": ["paid_click"], "fbclid": []}


def test_a_former_client_is_welcome_and_nobody_new(gym: Business, ana: Client, browser: Browser) -> None:
    """CASES 28, FRA-2, Q-10: the page says what it says to everybody; the mail goes to the address, the owner is told
    once a day, and neither a second client nor a recommendation is made."""
    old = add_client(gym, "Ben", "Ortiz", email="ben@friends.example")
    archive(old, actor="user:1", now=NOON)
    pages = [
        fill_in(browser, f"/join/{ana.code}", email=mail) for mail in ("b.new@friends.example", old.email, old.email)
    ]
    assert [page.status_code for page in pages] == [200] * 3
    new, again = (text_of(page).replace("b.new@", "ben@") for page in pages[:2])
    assert again == new
    assert Client.objects.filter(email_key=old.email_key).count() == 1
    assert not Referral.objects.filter(friend=old).exists()
    work(timezone.now())
    told = Message.objects.filter(template__in=("invitation.returning", "client.asked_back", "invitation.client"))
    assert sorted(told.values_list("template", "to")) == [
        ("client.asked_back", "olga@vela.example"),
        ("invitation.returning", "ben@friends.example"),
    ]
    assert Message.objects.get(template="client.asked_back").subject == "Ben O. quiere volver"
    old.refresh_from_db()
    assert old.status == "archived"
