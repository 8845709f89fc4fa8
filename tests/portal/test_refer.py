"""R-142, R-295, R-327, PRI-1, PRI-14, UX 6 and 7: handing the own link on."""

from urllib.parse import quote

import pytest

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.referrals.queries import link_of
from world import launch

from .conftest import LogIn

pytestmark = pytest.mark.django_db
REFER = "/p/studio-vela/refer/"


def test_every_way_to_share_carries_link_and_message(ana: Client, campaign: None, log_in: LogIn) -> None:
    """UX 6: on the home page and here; the text says that the sender receives something (PRI-14)."""
    browser = log_in(ana)
    for path in ("/p/studio-vela/", REFER):
        page = browser.get(path).content.decode()
        link = quote(link_of(ana), safe="")
        for way in ("https://wa.me/?text=", "sms:?&amp;body=", "mailto:?subject="):
            assert way in page
        assert page.count(link) == 3
        assert quote("I receive a reward when you become a client.") in page
        assert f'data-copy="{link_of(ana)}"' in page
        assert 'href="/p/studio-vela/refer/qr/"' in page


def test_without_a_reward_there_is_nothing_to_disclose(gym: Business, ana: Client, log_in: LogIn) -> None:
    launch(gym, ambassador=None)
    assert "receive" not in log_in(ana).get(REFER).content.decode()


def test_the_message_is_changed_without_javascript_and_not_kept(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-295: the ways carry the new text; nothing is written."""
    browser, before = log_in(ana), Event.objects.count()
    page = browser.post(REFER, {"text": "Come & dance <3"}).content.decode()
    assert page.count(quote("Come & dance <3", safe="")) == 3
    assert "Come &amp; dance &lt;3" in page
    assert Event.objects.count() == before
    assert "dance" not in browser.get(REFER).content.decode()


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


def test_a_share_needs_the_forms_token(ana: Client, campaign: None, log_in: LogIn) -> None:
    """AUTH-8."""
    from django.test import Client as Browser

    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = log_in(ana).cookies
    assert strict.post(f"{REFER}shared/", {"channel": "copy"}).status_code == 403
    assert not Event.objects.filter(name="referral_link.shared").exists()
