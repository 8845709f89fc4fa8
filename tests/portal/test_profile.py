"""R-213, PRI-5: a client's own details."""

import pytest

from plusone.clients.models import Client, Consent
from plusone.clients.preferences import wants
from world import add_client, open_salon

from .conftest import LogIn

pytestmark = pytest.mark.django_db
ME = "/p/studio-vela/me/"
TYPED = {"first_name": "Ana María", "last_name": "López", "phone": "600 111 222", "language": "fr", "promotions": "on"}


def test_a_client_changes_name_phone_and_language(ana: Client, log_in: LogIn) -> None:
    browser = log_in(ana)
    response = browser.post(ME, TYPED, follow=True)
    ana.refresh_from_db()
    assert (ana.first_name, ana.phone, ana.language) == ("Ana María", "+34600111222", "fr")
    assert '<html lang="fr"' in response.content.decode()
    assert wants(ana)
    browser.post(ME, {**TYPED, "promotions": ""})
    assert not wants(ana)


WRONG = [{"first_name": ""}, {"phone": "12"}, {"language": "xx"}, {"first_name": "x" * 200}]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_at_its_field_and_not_saved(ana: Client, log_in: LogIn, wrong: dict[str, str]) -> None:
    response = log_in(ana).post(ME, {**TYPED, **wrong})
    ana.refresh_from_db()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert (ana.first_name, ana.phone, ana.language) == ("Ana", "", "")
    assert not Consent.objects.exists()


def test_a_form_with_a_nul_is_refused_as_a_whole(ana: Client, log_in: LogIn) -> None:
    """FUZ-1: nobody can type it, so there is no field to say it at."""
    response = log_in(ana).post(ME, {**TYPED, "first_name": "a\x00b"})
    ana.refresh_from_db()
    assert (response.status_code, ana.first_name, ana.phone) == (422, "Ana", "")


def test_what_is_not_theirs_to_change_is_ignored(ana: Client, log_in: LogIn) -> None:
    """FUZ-12."""
    more = {"email": "evil@else.example", "status": "archived", "code": "bcdfghjkm", "access": "0"}
    log_in(ana).post(ME, {**TYPED, **more})
    found = Client.objects.get(pk=ana.pk)
    assert (found.email, found.status, found.code, found.access) == (ana.email, "active", ana.code, True)


def test_who_is_in_two_businesses_can_switch(ana: Client, log_in: LogIn) -> None:
    """R-213, ISO-10."""
    assert "Switch account" not in log_in(ana).get(ME).content.decode()
    add_client(open_salon().business, "Ana", email="ana@clients.example")
    browser = log_in(ana)
    assert "Switch account" in browser.get(ME).content.decode()
    assert browser.get("/p/salon-lune/me/").status_code == 200


def test_the_way_out_and_the_password_are_there(ana: Client, log_in: LogIn) -> None:
    page = log_in(ana).get(ME).content.decode()
    assert 'action="/accounts/logout/"' in page
    assert "Set a password" in page
