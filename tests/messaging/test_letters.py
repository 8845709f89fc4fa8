"""Mail servers take no letters beyond ASCII before the @ from us: who adds such an address is told (DEL-2, R-016)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from dashboard.conftest import browser_of
from dashboard.pages import send, text_of
from plusone.clients.commands import edit_client, invite_client
from plusone.clients.models import Client
from plusone.connect.commands import invite_collaborator
from plusone.kernel.errors import Invalid
from plusone.kernel.identity import login_email, takes_mail
from plusone.kernel.models import Business, User
from plusone.messaging import commands as messaging
from plusone.messaging.models import Message
from plusone.referrals.audience import reaches
from world import NOON, House, add_client, launch

pytestmark = pytest.mark.django_db
JOERG = "jörg@mail.example"
SAID = "Mails do not reach jörg@mail.example"
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


@pytest.fixture
def olga(house: House) -> Browser:
    User.objects.filter(pk=house.owner.pk).update(language="en")
    return browser_of(house.owner)


def test_which_addresses_mails_reach() -> None:
    """Letters of a domain are written in another way on the line; those before the @ cannot be."""
    assert takes_mail(login_email("info@münchen.example"))
    assert not takes_mail(login_email("Jörg@mail.example"))


def test_who_adds_or_changes_a_client_is_told(gym: Business, olga: Browser) -> None:
    send(olga, reverse("b:client_new", args=[gym.slug]), {"first_name": "Jörg", "email": JOERG})
    joerg = Client.objects.get()
    page = reverse("b:client", args=[gym.slug, joerg.public_id])
    shown = text_of(olga.get(page))
    assert SAID in shown
    assert "Mails do not reach this address" in shown
    edit = reverse("b:client_edit", args=[gym.slug, joerg.public_id])
    send(olga, edit, {"first_name": "Jörg", "email": "joerg@mail.example", "access": "on"})
    assert "Mails do not reach" not in text_of(olga.get(page))
    send(olga, edit, {"first_name": "Jörg", "email": JOERG, "access": "on"})
    assert SAID in text_of(olga.get(page))


def test_nobody_is_invited_there(gym: Business) -> None:
    """An invitation goes by mail, and so does the code by which the team logs in."""
    with pytest.raises(Invalid, match="Mails do not reach"):
        invite_client(gym, first_name="Jörg", email=JOERG, **WHO)
    with pytest.raises(Invalid, match="Mails do not reach"):
        invite_collaborator(gym, name="Jörg", email=JOERG, role="manager", **WHO)
    dina = invite_client(gym, first_name="Dina", email="dina@mail.example", **WHO)
    with pytest.raises(Invalid, match="Mails do not reach"):
        edit_client(dina, email=JOERG, **WHO)
    assert Message.objects.count() == 1


def test_what_is_not_sent_says_why(gym: Business) -> None:
    """R-016: kept as not sent, with the reason, instead of failing later; counted so before a text goes to many."""
    joerg = add_client(gym, "Jörg", email=JOERG)
    sent = messaging.send(gym, "client.area", to_client=joerg, key="one", now=NOON)
    assert (sent.state, sent.reason) == ("suppressed", "letters")
    code = messaging.send_raw(None, to=JOERG, subject="x", text="y", template="login_code", key="two", now=NOON)
    assert (code.state, code.reason) == ("suppressed", "letters")
    launch(gym)
    [reach] = reaches(gym, ["email"], now=NOON)
    assert (reach.gets, [count for _reason, count in reach.left_out]) == (0, [1])
    assert "letters" in str(reach.left_out[0][0])
