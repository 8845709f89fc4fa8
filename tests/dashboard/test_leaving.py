"""AUTH-6: where the business wants it, data and keys leave it only with whoever logs in with a second step."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.models import Client
from plusone.connect.commands import edit_business
from plusone.connect.models import ApiKey
from plusone.kernel.models import Business, User
from world import NOON

from .pages import once_of, send
from .test_home import at, settings_of

SECURITY = "/accounts/security/"
SHEETS = ("orders_csv", "leads_csv", "balances_csv", "income_csv", "ambassadors_csv", "indicators_csv")


def with_app(email: str) -> None:
    """Somebody has set up the codes of an app."""
    user = User.objects.get(email=email)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})


@pytest.fixture
def strict(gym: Business) -> Business:
    edit_business(gym, second_step_required=True, actor="user:1", now=NOON)
    return gym


def test_without_a_second_step_nothing_leaves(strict: Business, ana: Client, olga: Browser) -> None:
    """She is led to where it is set up, and told why; pages and all else stay open."""
    for name in SHEETS:
        answer = olga.get(at(strict, name))
        assert (answer.status_code, answer["Location"]) == (302, SECURITY), name
    record = reverse("b:client_export", args=[strict.slug, ana.public_id])
    assert olga.post(record)["Location"] == SECURITY
    sheet = olga.post(at(strict, "clients_several"), {"act": "export", "all": "1", "status": "active"})
    assert (sheet.status_code, sheet["Location"]) == (302, SECURITY)
    assert olga.post(at(strict, "keys"), {"name": "Website", "once": "k-1"})["Location"] == SECURITY
    assert ApiKey.objects.filter(name="Website").count() == 0
    assert "asks for a second step at log-in before data or keys leave it" in olga.get(SECURITY).content.decode()
    assert olga.get(at(strict, "clients")).status_code == 200

    with_app("olga@vela.example")
    for name in SHEETS:
        assert olga.get(at(strict, name))["Content-Type"].startswith("text/csv"), name
    assert olga.get(at(strict, "keys")).status_code == 200


def test_where_nobody_asked_for_it_nothing_changes(gym: Business, olga: Browser) -> None:
    assert olga.get(at(gym, "leads_csv"))["Content-Type"].startswith("text/csv")


def test_only_who_has_a_second_step_switches_it(gym: Business, olga: Browser) -> None:
    """Nobody locks themselves out by it, and no stolen mailbox switches it off."""
    url, wanted = at(gym, "settings"), settings_of(gym, second_step_required="on")
    assert "Set up your own second step first" in send(olga, url, wanted).content.decode()
    gym.refresh_from_db()
    assert not gym.second_step_required

    with_app("olga@vela.example")
    assert send(olga, url, wanted)["Location"] == url
    gym.refresh_from_db()
    assert gym.second_step_required

    Authenticator.objects.all().delete()
    assert "Set up your own second step first" in send(olga, url, settings_of(gym)).content.decode()
    gym.refresh_from_db()
    assert gym.second_step_required
    assert once_of(olga.get(url))
