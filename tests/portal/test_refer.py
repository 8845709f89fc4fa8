"""R-142, R-295, R-327, PRI-1, PRI-14, UX 6 and 7: handing the own link on."""

from urllib.parse import quote

import pytest
from django.db import connection

from howoften import often
from plusone.clients.commands import archive, delete_client
from plusone.clients.models import Client
from plusone.connect.commands import edit_business
from plusone.events.models import Event
from plusone.kernel.countries import LEGAL_PRESETS
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from plusone.messaging.models import Message
from plusone.referrals.commands.sharing import CHANNELS
from plusone.referrals.queries import link_of
from world import NOON, launch

from .conftest import LogIn

pytestmark = pytest.mark.django_db
HOME, REFER = "/p/studio-vela/", "/p/studio-vela/refer/"


def test_every_way_to_share_carries_link_and_message(ana: Client, campaign: None, log_in: LogIn) -> None:
    """UX 6: on the home page and here; the text says that the sender receives something (PRI-14)."""
    browser = log_in(ana)
    for path in ("/p/studio-vela/", REFER):
        page = browser.get(path).content.decode()
        link = quote(link_of(ana), safe="")
        for way in ("https://wa.me/?text=", "sms:?&amp;body=", "mailto:?subject="):
            assert way in page
        assert page.count(link) == 3
        assert quote("I receive a reward once you become a client.") in page
        assert f'data-copy="{link_of(ana)}"' in page
        assert 'href="/p/studio-vela/refer/qr/"' in page


def test_without_a_reward_there_is_nothing_to_disclose(gym: Business, ana: Client, log_in: LogIn) -> None:
    launch(gym, ambassador=None)
    assert "receive" not in log_in(ana).get(REFER).content.decode()


def test_own_words_are_kept_and_the_disclosure_with_them(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-104, PRI-14: the ways carry the words here and at home; empty means the usual ones again."""
    browser = log_in(ana)
    browser.post(REFER, {"text": "Come & dance <3"})
    said = quote("Come & dance <3 (I receive a reward once you become a client.)", safe="")
    for place in (REFER, HOME):
        assert browser.get(place).content.decode().count(said) == 3
    assert ">Come &amp; dance &lt;3</textarea>" in browser.get(REFER).content.decode()
    wrong = browser.post(REFER, {"text": "x" * 501})
    assert (wrong.status_code, "At most 500 characters." in wrong.content.decode()) == (422, True)
    browser.post(REFER, {"text": ""})
    ana.refresh_from_db()
    assert ana.own_words == ""
    assert said not in browser.get(HOME).content.decode()


def test_own_words_go_with_their_person(ana: Client, campaign: None, log_in: LogIn, noon) -> None:
    """PRI-7."""
    log_in(ana).post(REFER, {"text": "Come to me"})
    archive(ana, actor="user:1", now=noon)
    ana.refresh_from_db()
    delete_client(ana, actor="user:1", now=noon)
    ana.refresh_from_db()
    assert ana.own_words == ""


def test_the_conditions_are_told_in_plain_words(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-114."""
    page = log_in(ana).get(REFER).content.decode()
    assert "You receive €15.00 of balance for each friend who comes with your link" in page
    assert "Each friend counts once, and has to be new to Studio Vela." in page


def test_the_qr_code_holds_the_link(ana: Client, campaign: None, log_in: LogIn) -> None:
    """UX 7: one tap from the home page, as large as the screen."""
    import segno

    page = log_in(ana).get("/p/studio-vela/refer/qr/").content.decode()
    code = segno.make(link_of(ana), error="m", micro=False)
    assert code.svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass="") in page


@pytest.mark.django_db(transaction=True)
def test_a_share_is_a_fact_about_the_way_alone(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-327, PRI-1: the channel, never to whom."""
    browser = log_in(ana)
    assert browser.post(f"{REFER}shared/", {"channel": "whatsapp", "to": "ben@friends.example"}).status_code == 204
    event = Event.objects.get(name="referral_link.shared")
    assert (event.client_id, event.actor, event.data) == (ana.pk, f"client:{ana.pk}", {"channel": "whatsapp"})
    assert browser.post(f"{REFER}shared/", {"channel": "pigeon"}).status_code == 422
    assert browser.get(f"{REFER}shared/").status_code == 405
    assert Event.objects.filter(name="referral_link.shared").count() == 1


def kept() -> str:
    """All that the database holds, tasks and mails included, as one text."""
    with connection.cursor() as cursor:
        names, found = connection.introspection.table_names(cursor), []
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.parametrize("preset", often(["ca", "dach"], sorted(LEGAL_PRESETS)))
def test_of_a_friend_nothing_is_kept_or_sent_before_they_come(
    gym: Business, ana: Client, campaign: None, log_in: LogIn, caplog: pytest.LogCaptureFixture, preset: str
) -> None:
    """TRUST PRI-1; PRI-2 in every legal preset, where Canada's one message to a friend is not offered either.

    A hundred shares by every way, with the friend in whatever a browser or a program might send along.
    """
    edit_business(gym, legal_preset=preset, actor="user:1", now=NOON)
    browser = log_in(ana)
    ben = {"to": "zq7ben@friends.example", "phone": "+34699123456", "text": "Hi Zq7ben", "name": "Zq7ben"}
    for number in range(100):
        way = sorted(CHANNELS)[number % len(CHANNELS)]
        assert browser.post(f"{REFER}shared/", {"channel": way, **ben}).status_code == 204
    for page in (HOME, REFER, f"{REFER}qr/", link_of(ana)):
        browser.get(page, ben)
    drain()
    assert "+34699123456" not in kept() + caplog.text
    assert "zq7ben" not in (kept() + caplog.text).lower()
    assert set(Message.objects.values_list("client_id", flat=True)) <= {ana.pk, None}
    assert str(ana.email) in kept(), "the control: who is known is found"


def test_a_share_needs_the_forms_token(ana: Client, campaign: None, log_in: LogIn) -> None:
    """AUTH-8."""
    from django.test import Client as Browser

    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = log_in(ana).cookies
    assert strict.post(f"{REFER}shared/", {"channel": "copy"}).status_code == 403
    assert not Event.objects.filter(name="referral_link.shared").exists()
