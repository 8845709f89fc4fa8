"""CONTRACT, Commands: the outbox shows login codes, so it is there on a trial's own machine only."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from filling_in import fill_in
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.messaging.commands import send_raw
from plusone.messaging.models import Message
from world import House, add_client, launch, open_gym, open_salon

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return open_gym()


@pytest.fixture
def code(house: House) -> Message:
    return write(None, "stranger@else.example", "Your code is KQXW-7")


def write(business: Business | None, to: str, text: str) -> Message:
    return send_raw(
        business,
        to=to,
        subject="Your code",
        text=text,
        html=f"<p>{text}</p>",
        template="login_code",
        key=to,
        now=clock.now(),
    )


def text_of(answer: Any) -> str:
    """What a page says, in one line."""
    return " ".join(re.sub(r"<[^>]+>", "", answer.content.decode()).split())


def at_home(
    settings: Any, *, env: str = "production", base: str = "http://127.0.0.1:8000", bound: str = "127.0.0.1"
) -> None:
    settings.ENV, settings.BASE_URL, settings.BOUND_HOST = env, base, bound
    settings.ALLOWED_HOSTS = ["*"]


def test_it_shows_text_and_html(code: Message) -> None:
    browser = Browser()
    assert "Your code" in browser.get("/o/").content.decode()
    page = browser.get(f"/o/{code.public_id}/")
    assert "KQXW-7" in page.content.decode()
    assert "stranger@else.example" in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"
    part = browser.get(f"/o/{code.public_id}/html/")
    assert part.content == b"<p>Your code is KQXW-7</p>"
    assert "sandbox" in part["Content-Security-Policy"]
    assert "default-src 'none'" in part["Content-Security-Policy"]


def test_what_was_never_written_is_called_by_its_kind(house: House) -> None:
    """The first list that a newcomer opens names no `campaign.news`, and says why it was not sent."""
    ana = add_client(house.business, "Ana")
    write(house.business, "ana@clients.example", "Hello")
    unsent = {"template": "campaign.news", "subject": "", "state": "suppressed", "reason": "no_consent"}
    Message.objects.update(client=ana, **unsent)
    for page in ("/o/", f"/o/{Message.objects.get().public_id}/"):
        shown = Browser().get(page).content.decode()
        assert "News of a campaign, to clients" in shown
        assert "The client does not want news and promotions." in shown
        assert "campaign.news" not in shown


@pytest.mark.parametrize(
    ("env", "host", "mailers", "says"),
    [
        ("demo", "localhost", {}, "the code stands in the outbox"),
        ("production", "127.0.0.1", {}, "the code stands in the outbox"),
        ("production", "vela.example", {}, "No mail leaves here yet, so the code does not reach"),
        ("demo", "vela.example", {}, "No mail leaves here yet, so the code does not reach"),
        ("production", "vela.example", {"default": {"BACKEND": LOCMEM}}, "Look into the spam folder."),
    ],
)
def test_who_waits_for_a_code_reads_where_it_is(
    house: House, settings: Any, env: str, host: str, mailers: dict[str, Any], says: str
) -> None:
    """UX B1: no mail server is needed to try it, and nobody looks into a spam folder for a mail that never left."""
    base = f"http://{host}:8000"
    at_home(settings, env=env, base=base, bound=host if host == "127.0.0.1" else "127.0.0.1")
    settings.MAILERS = mailers
    browser = Browser(headers={"Host": f"{host}:8000"}, SERVER_NAME=host)
    browser.post("/accounts/login/code/", {"email": "olga@vela.example"})
    page = text_of(browser.get("/accounts/login/code/confirm/"))
    assert says in page
    is_hopeless = "No mail leaves here" in says
    login = Browser(headers={"Host": f"{host}:8000"}, SERVER_NAME=host).get("/accounts/login/").content.decode()
    assert ("no code arrives: use your password" in login) is is_hopeless
    assert ('<details class="reveal" open>' in login) is is_hopeless


def test_the_thanks_page_promises_no_code_where_no_mail_leaves(house: House, settings: Any) -> None:
    ana = add_client(house.business, "Ana")
    launch(house.business)
    settings.ENV = "production"
    page = fill_in(Browser(), f"/join/{ana.code}?lang=en").content.decode()
    assert "Thank you, Ben!" in page
    assert "Studio Vela gives you a link" in page
    for promise in ("Check your e-mail", "Send me a login code", "We send you a code"):
        assert promise not in page


def test_on_ones_own_machine_it_is_there(code: Message, settings: Any) -> None:
    at_home(settings)
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000"):
        assert Browser().get("/o/", HTTP_HOST=host).status_code == 200


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ({"base": "https://plusone.example"}, {}),
        ({"bound": "0.0.0.0"}, {}),
        ({"bound": ""}, {}),
        ({}, {"HTTP_HOST": "plusone.example"}),
        ({}, {"HTTP_HOST": "127.0.0.1.evil.example"}),
        ({}, {"HTTP_X_FORWARDED_FOR": "203.0.113.1"}),
        ({}, {"HTTP_FORWARDED": "for=203.0.113.1"}),
        ({}, {"HTTP_X_FORWARDED_HOST": "plusone.example"}),
        ({}, {"HTTP_X_REAL_IP": "203.0.113.1"}),
        ({}, {"HTTP_VIA": "1.1 proxy"}),
        ({}, {"HTTP_CF_CONNECTING_IP": "203.0.113.1"}),
        ({}, {"HTTP_TRUE_CLIENT_IP": "203.0.113.1"}),
        ({}, {"HTTP_X_CLIENT_IP": "203.0.113.1"}),
        ({}, {"HTTP_X_CLUSTER_CLIENT_IP": "203.0.113.1"}),
        ({}, {"HTTP_FLY_CLIENT_IP": "203.0.113.1"}),
    ],
    ids=str,
)
def test_anywhere_else_it_is_not(
    code: Message, house: House, settings: Any, setting: dict[str, str], asked: dict[str, str]
) -> None:
    """Not even for staff, and not by guessing a message's address."""
    at_home(settings, **setting)
    browser = Browser()
    browser.force_login(house.owner)
    for path in ("/o/", f"/o/{code.public_id}/", f"/o/{code.public_id}/html/"):
        assert browser.get(path, **{"HTTP_HOST": "127.0.0.1:8000", **asked}).status_code == 404


def test_a_demo_elsewhere_is_for_its_staff_and_their_own(code: Message, house: House, settings: Any) -> None:
    """Codes of other people's logins and another business's messages are not theirs."""
    own = write(house.business, "ana@clients.example", "Hello Ana")
    mine = write(None, house.owner.email, "Own code")
    other = write(open_salon().business, "zoe@clients.example", "Bonjour")
    at_home(settings, env="demo", base="http://demo.example", bound="0.0.0.0")
    assert Browser().get("/o/", HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1").status_code == 200
    assert Browser().get("/o/", HTTP_HOST="127.0.0.1", REMOTE_ADDR="192.0.2.7").status_code == 404
    outsider = Browser()
    assert outsider.get("/o/", HTTP_HOST="demo.example").status_code == 404
    outsider.force_login(User.objects.create_user("client@else.example"))
    assert outsider.get("/o/", HTTP_HOST="demo.example").status_code == 404
    staff = Browser()
    staff.force_login(house.owner)
    assert staff.get("/o/", HTTP_HOST="demo.example").status_code == 200
    seen = {
        row.pk: staff.get(f"/o/{row.public_id}/", HTTP_HOST="demo.example").status_code
        for row in (own, mine, code, other)
    }
    assert seen == {own.pk: 200, mine.pk: 200, code.pk: 404, other.pk: 404}


def test_links_lead_to_the_name_by_which_one_came(house: House, settings: Any) -> None:
    """Who logged in at `localhost`, as passkeys need it, is not led to the same machine's number."""
    settings.ENV, settings.BASE_URL = "demo", "http://127.0.0.1:8000"
    mail = write(None, "olga@vela.example", "Open http://127.0.0.1:8000/b/studio-vela/")
    by_name = Browser(headers={"host": "localhost:8000"})
    for part in ("", "html/"):
        page = by_name.get(f"/o/{mail.public_id}/{part}").content.decode()
        assert "http://localhost:8000/b/studio-vela/" in page
        assert "127.0.0.1" not in page
    mail.refresh_from_db()
    assert mail.text == "Open http://127.0.0.1:8000/b/studio-vela/"
