"""The tasks of UX B2 that clients and their friends do, on a phone unless said otherwise: 6, 7, 8, 9, 21.

Each tells its story in a business of its own. What the pages hold in every theme and at every width, test_every_page
looks at; here it is done for what only a story brings about.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware

import world
from browser.conftest import Open
from browser.pages import DESK, PHONE
from browser.people import Person
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.models import Referral
from plusone.referrals.queries import link_of
from plusone.store.commands import pay
from plusone.store.models import Order
from world import EUR10, add_client, launch, make_product

People = Callable[..., Person]
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}


@pytest.fixture
def server(lasting: str) -> str:
    return lasting


@pytest.fixture
def gym(server: str) -> Business:
    return world.open_gym(now=clock.now()).business


@pytest.fixture
def ana(gym: Business) -> Client:
    """Ana, a client; a friend of hers gets 10 euros, and she 15."""
    client = add_client(gym, "Ana", "López", now=clock.now())
    launch(gym, friend=EUR10, now=clock.now())
    return client


@pytest.fixture
def herself(ana: Client, person: People) -> Person:
    """Ana with her phone, logged in."""
    somebody = person(size=PHONE)
    somebody.log_in(world.login_of(ana))
    return somebody


def mail_to(address: str, template: str) -> Message:
    """The mail that somebody has received."""
    drain()
    return Message.objects.filter(to=address, channel="email", template=template).latest("pk")


def link_in(message: Message) -> str:
    """Where the button of a mail leads: to the reader's own pages."""
    return next(found for found in re.findall(r'href="([^"]+)"', message.html) if "/p/" in found)


def test_a_link_goes_to_whatsapp(gym: Business, ana: Client, herself: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """UX task 6: from the mail about the campaign, logged in, at most 3 taps; the text is there, who gains is said."""
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow.replace(hour=11))
    herself.page.context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
    herself.go(link_in(mail_to(str(ana.email), "campaign.news")))
    herself.sees("Your message")  # logged in already, and at the right place
    herself.go(f"/p/{gym.slug}/")
    herself.begin()
    herself.sees("Invite friends")
    with herself.page.expect_popup() as opened:
        herself.tap("WhatsApp", role="link")
    herself.within(clicks=3, fields=0)
    (text,) = parse_qs(urlsplit(opened.value.url).query)["text"]
    assert text.endswith(link_of(ana))
    assert "Studio Vela" in text
    assert "I receive a reward once you become a client." in text


def test_the_code_at_the_bar(gym: Business, ana: Client, herself: Person) -> None:
    """UX task 7: full screen in at most 2 taps; without a network too, and opening the pages there shows it at once."""
    herself.go(f"/p/{gym.slug}/")
    herself.page.wait_for_function(
        "async address => !!navigator.serviceWorker.controller && !!(await caches.match(address))",
        arg=f"/p/{gym.slug}/refer/qr/",
    )
    herself.begin()
    herself.tap("QR code", role="link")
    code = herself.page.locator("svg.qr").filter(visible=True)
    herself.within(clicks=2, fields=0)
    assert code.bounding_box()["width"] > PHONE["width"] * 0.6
    herself.look(both=True)
    herself.page.context.set_offline(True)
    herself.go(f"/p/{gym.slug}/")
    herself.sees("Let your friend scan this with the phone's camera.")
    assert herself.page.locator("svg.qr").is_visible()
    assert link_of(ana) in herself.words()
    herself.page.context.set_offline(False)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_friend_registers(ana: Client, person: People, scripts: bool) -> None:
    """UX task 8: at most 3 fields and 40 seconds, no password, with and without JavaScript."""
    lea = person(size=PHONE, scripts=scripts)
    lea.begin()
    lea.go(f"/r/{ana.code}")
    lea.sees("Ana L. invites you to Studio Vela", "Your welcome gift", "Free, without a password")
    lea.type("First name", "Lea")
    lea.type("E-mail", "lea@friends.example")
    lea.type("Phone (optional)", "600 11 22 33")
    lea.tap("Register and get my gift")
    lea.sees("Thank you, Lea!", "Check your e-mail: lea@friends.example")
    lea.within(clicks=1, fields=3, loads=2, seconds=40)
    assert lea.page.locator("input[type=password]").count() == 0
    came = Referral.objects.get(business=ana.business)
    assert (came.ambassador_id, came.friend.email) == (ana.pk, "lea@friends.example")


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Styles and scripts come compressed, as the real server sends them."""
    plain = StaticFilesHandler.serve
    gzip = GZipMiddleware(lambda _request: HttpResponse())
    monkeypatch.setattr(
        StaticFilesHandler, "serve", lambda self, request: gzip.process_response(request, plain(self, request))
    )


@pytest.mark.usefixtures("compressed")
def test_the_invitation_is_there_within_a_second(ana: Client, server: str, open_page: Open) -> None:
    """UX task 8: on a slow 4G network (150 ms there and back, 1.6 Mbit/s) with nothing kept from before.

    It is painted when its words and styles have come; the pictures of its signs follow. The best of some visits counts:
    other programs on this machine are not what is measured.
    """
    took = []
    for _visit in range(8):
        page = open_page(size=PHONE)
        device = page.context.new_cdp_session(page)
        device.send("Network.enable")
        device.send("Network.emulateNetworkConditions", SLOW_4G)
        page.goto(f"{server}/r/{ana.code}")
        page.wait_for_function(PAINTED)
        took.append(page.evaluate(PAINTED))
        if took[-1] < 1000:
            break
    assert min(took) < 1000, took


def test_opened_on_a_phone_and_bought_on_a_laptop(
    gym: Business, ana: Client, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UX task 9: the mail of the registration leads from the laptop to the same recommendation, a week later."""
    make_product(gym, "Bono 10", 5000, now=clock.now())
    phone = person(size=PHONE)
    phone.go(f"/r/{ana.code}")
    phone.type("First name", "Ben")
    phone.type("E-mail", "ben@friends.example")
    phone.tap("Register and get my gift")
    phone.sees("Thank you, Ben!")
    mail = mail_to("ben@friends.example", "referral.welcome")
    week = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: week)

    laptop = person(size=DESK)
    laptop.begin()
    laptop.go(link_in(mail))
    laptop.type("E-mail", "ben@friends.example")
    laptop.tap("Send me a code")
    laptop.sees("No mail leaves this trial")
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail_to("ben@friends.example", "login_code").text)
    laptop.type("Code", code[0])
    laptop.tap("Log in")
    laptop.sees(
        "Your welcome gift is here: €10.00 of balance.", "It is yours because Ana L. invited you to Studio Vela."
    )
    laptop.within(clicks=2, fields=2, seconds=40)
    laptop.look()
    laptop.tap("Use it", role="link")
    laptop.tap("Bono 10", role="link")
    laptop.tap("Buy", role="link")
    assert "Price €50.00 From your balance −€10.00 To pay at the desk €40.00" in laptop.words()
    laptop.tap("Place the order")
    laptop.sees("Pay at the desk of Studio Vela")
    pay(Order.objects.get(business=gym), method="cash", actor="user:1", now=clock.now())
    assert Referral.objects.get(business=gym).ambassador_id == ana.pk
    assert balance_of(gym, ana.pk, now=clock.now()).available == 1500


def test_opened_on_a_phone_and_registered_on_a_laptop(
    gym: Business, ana: Client, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UX task 9: who only looked, and comes by another way a week later, types Ana's code; the page says whose."""
    make_product(gym, "Bono 10", 5000, now=clock.now())
    phone = person(size=PHONE)
    phone.go(f"/r/{ana.code}")
    phone.sees("Ana L. invites you to Studio Vela")
    week = clock.now() + timedelta(days=7)
    monkeypatch.setattr(clock, "now", lambda: week)

    laptop = person(size=DESK)
    laptop.go(f"/at/{gym.slug}")
    laptop.type("First name", "Ben")
    laptop.type("E-mail", "ben@friends.example")
    laptop.tap("Register")
    laptop.sees("You registered without a code.")
    laptop.log_in(world.login_of(Client.objects.get(business=gym, first_name="Ben")))
    laptop.go(f"/p/{gym.slug}/store/")
    laptop.begin()
    laptop.tap("Bono 10", role="link")
    laptop.tap("Buy", role="link")
    laptop.type("Did somebody send you? Their code", ana.code.upper())
    laptop.tap("Use the code")
    laptop.sees("Ana L. sent you: noted, thank you.")
    laptop.within(clicks=3, fields=1, seconds=40)
    assert "From your balance −€10.00 To pay at the desk €40.00" in laptop.words()
    laptop.look()
    laptop.tap("Place the order")
    laptop.sees("Pay at the desk of Studio Vela")
    pay(Order.objects.get(business=gym), method="cash", actor="user:1", now=clock.now())
    assert Referral.objects.get(business=gym).ambassador_id == ana.pk
    assert balance_of(gym, ana.pk, now=clock.now()).available == 1500


def test_a_copy_of_my_data(gym: Business, ana: Client, herself: Person) -> None:
    """UX task 21: one's own data in at most 4 taps and 30 seconds, in a form that people and programs read."""
    herself.go(f"/p/{gym.slug}/")
    herself.begin()
    herself.tap("Me", role="link")
    herself.tap("My data", role="link")
    with herself.page.expect_download() as got:
        herself.tap("Download my data")
    herself.within(clicks=4, fields=0, seconds=30)
    names = zipfile.ZipFile(got.value.path()).namelist()
    assert {name.rpartition(".")[2] for name in names} == {"html", "json", "csv"}


def test_erase_me(gym: Business, ana: Client, herself: Person) -> None:
    """UX task 21: erased by oneself in at most 4 taps and 30 seconds; what stays is said, and why; then it is done."""
    herself.go(f"/p/{gym.slug}/")
    herself.begin()
    herself.tap("Me", role="link")
    herself.tap("My data", role="link")
    herself.tap("Erase my account", role="link")
    herself.sees("What goes, at once", "What stays, and why", "This cannot be undone.")
    herself.type("Type “Ana” to confirm", "Ana")
    herself.tap("Erase for good")
    herself.sees("Your data has been erased", "Studio Vela no longer knows who you were.")
    herself.within(clicks=4, fields=1, loads=4, seconds=30)
    herself.look()
    ana.refresh_from_db()
    assert (ana.status, ana.email, ana.first_name) == ("deleted", None, "")
