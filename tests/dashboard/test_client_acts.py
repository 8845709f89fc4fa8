"""What can be done with a client: activate, archive, delete, adjust, say who recommended them (R-006, R-059, R-211)."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import archive
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust
from plusone.ledger.queries import balance_of
from plusone.referrals.queries import referral_of
from world import EUR10, NOON, add_client, bring, later, launch

from .pages import once_of, send, text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


# Activating


@pytest.fixture
def ben(gym: Business, ana: Client) -> Client:
    launch(gym, friend=EUR10)
    return bring(ana, "Ben").friend


@pytest.mark.parametrize("place", ["", "?from=clients", "?from=leads"])
def test_activation_names_the_reward_first_and_is_the_same_from_everywhere(
    gym: Business, ana: Client, ben: Client, olga: Browser, place: str
) -> None:
    """R-059, UX task 11: the confirmation says "Ana López will receive €15.00"; GET changes nothing."""
    url = at(gym, "client_activate", ben.public_id) + place
    assert "Ana López will receive €15.00 of balance." in text_of(olga.get(url))
    ben.refresh_from_db()
    assert ben.is_lead
    for _click in range(2):
        assert olga.post(url).status_code == 302
    ben.refresh_from_db()
    assert (ben.status, ben.activated_via) == ("active", "manual")
    assert balance_of(gym, ana.pk, now=later(1)).available == 1500


def test_the_dialog_in_the_tables_names_the_reward_too(gym: Business, ben: Client, olga: Browser) -> None:
    for name in ("clients", "leads"):
        page = unescape(olga.get(at(gym, name)).content.decode())
        assert "Activate Ben?" in page
        assert "Ana López will receive €15.00 of balance." in page


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        ({"hold_days": 14}, "Ana López will receive €15.00 of balance after a verification period of 14 days."),
        ({"approval": "manual"}, "Ana López will receive €15.00 of balance once you approve it."),
        ({"ambassador": None}, "Nobody is rewarded for this."),
        (
            {"friend": EUR10, "friend_reward_on": "qualified"},
            "Ana López will receive €15.00 of balance. Ben will receive €10.00 of balance.",
        ),
    ],
)
def test_what_activation_announces_is_what_happens(
    gym: Business, ana: Client, olga: Browser, offer: dict[str, Any], said: str
) -> None:
    launch(gym, **offer)
    ben = bring(ana, "Ben").friend
    url = at(gym, "client_activate", ben.public_id)
    assert said in text_of(olga.get(url))
    olga.post(url)
    got = balance_of(gym, ana.pk, now=later(1)).available
    assert got == (1500 if "of balance. Ben" in said else 0)


def test_several_are_activated_after_one_confirmation(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym)
    friends = [bring(ana, name).friend for name in ("Ben", "Cleo")]
    data = {"act": "activate", "pick": [friend.public_id for friend in friends] + [ana.public_id]}
    url = at(gym, "clients_several")
    page = text_of(olga.post(url, data))
    assert "Activate 2 leads?" in page
    assert page.count("Ana López will receive €15.00 of balance.") == 2
    assert "1 of the selected is not a lead" in page
    assert Client.objects.filter(status="lead").count() == 2
    assert olga.post(url, data | {"sure": "1"})["Location"] == at(gym, "clients")
    assert Client.objects.filter(status="lead").count() == 0
    assert balance_of(gym, ana.pk, now=later(1)).available == 3000


def test_bulk_ignores_rows_of_others(gym: Business, salon: Business, olga: Browser) -> None:
    other = add_client(salon, "Zoé")
    olga.post(at(gym, "clients_several"), {"act": "archive", "pick": [other.public_id]})
    other.refresh_from_db()
    assert other.is_active


# Archiving, bringing back, deleting


def test_archiving_offers_undo(gym: Business, ana: Client, olga: Browser) -> None:
    """R-071, UX task 20: one click, and undo."""
    answer = olga.post(at(gym, "client_archive", ana.public_id), follow=True)
    undo = at(gym, "client_reactivate", ana.public_id)
    assert f'action="{undo}?"' in answer.content.decode()
    ana.refresh_from_db()
    assert ana.is_archived
    olga.post(undo)
    ana.refresh_from_db()
    assert ana.is_active


def test_archiving_several_offers_undo(gym: Business, olga: Browser) -> None:
    people = [add_client(gym, name) for name in ("Eva", "Flo")]
    data = {"act": "archive", "pick": [person.public_id for person in people]}
    page = olga.post(at(gym, "clients_several"), data, follow=True)
    assert "2 clients are archived." in text_of(page)
    undo = re.search(r'action="([^"]+/undo/)"', page.content.decode())
    assert undo
    assert "Undone: 2 back as before." in text_of(olga.post(undo[1], follow=True))
    assert Client.objects.filter(business=gym, status="active").count() == 2


def test_a_lead_is_deleted_directly_and_stays_counted(gym: Business, ben: Client, olga: Browser) -> None:
    """Q-05, R-044."""
    url = at(gym, "client_delete", ben.public_id)
    assert "Type the first name" not in text_of(olga.get(url))
    assert olga.post(f"{url}?from=leads", {"reason": "not interested"})["Location"] == at(gym, "leads")
    ben.refresh_from_db()
    assert (ben.status, ben.first_name, ben.email) == ("deleted", "", None)
    assert "1 recommended lead was deleted so far" in text_of(olga.get(at(gym, "leads")))


def test_deleting_an_archived_client_needs_the_name_and_says_what_stays(
    gym: Business, ana: Client, olga: Browser
) -> None:
    """R-097, UX task 20."""
    adjust(gym, ana.pk, 700, key="gift", reason="gift", actor="user:1", now=NOON)
    url = at(gym, "client_delete", ana.public_id)
    olga.post(url, {"typed": "Ana"})
    ana.refresh_from_db()
    assert ana.is_active
    archive(ana, actor="user:1", now=NOON)
    page = text_of(olga.get(url))
    assert "A balance of €7.00 is given up." in page
    assert "stay in the books without a name" in page
    assert olga.post(url, {"typed": "Eva"}).status_code == 200
    ana.refresh_from_db()
    assert ana.is_archived
    assert olga.post(url, {"typed": " ana "}).status_code == 302
    ana.refresh_from_db()
    assert ana.status == "deleted"


def test_deleting_in_a_second_tab_says_that_it_is_done(
    gym: Business, ben: Client, olga: Browser, lucie: Browser
) -> None:
    """R-097: a page that was open already, or a colleague's, is no dead end; next door nobody is there."""
    url = at(gym, "client_delete", ben.public_id)
    olga.post(url, {"reason": ""}, follow=True)
    for answer in (olga.post(url, {"reason": ""}, follow=True), olga.get(url, follow=True)):
        assert answer.redirect_chain == [(at(gym, "clients"), 302)]
        assert "This client was deleted already." in text_of(answer)
    assert olga.post(f"{url}?from=leads", {})["Location"] == at(gym, "leads")
    nobody = at(gym, "client_delete", "1234567890123456789012")
    assert olga.post(nobody, {}).status_code == lucie.post(url, {}).status_code == 404


# Balance by hand


def test_adjusting_needs_a_reason_and_stays_above_zero(gym: Business, ana: Client, olga: Browser) -> None:
    """R-006."""
    url = at(gym, "client_adjust", ana.public_id)
    answer = send(olga, url, {"amount": "20", "reason": ""})
    assert 'id="id_reason_error"' in answer.content.decode()
    data = {"amount": "20", "reason": "Best client of the year", "once": once_of(olga.get(url))}
    for _click in range(2):
        assert olga.post(url, data)["Location"] == at(gym, "client_balance", ana.public_id)
    assert balance_of(gym, ana.pk, now=later(1)).available == 2000
    answer = send(olga, url, {"amount": "-20.01", "reason": "mistake"})
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.content.decode()
    assert balance_of(gym, ana.pk, now=later(1)).available == 2000
    assert "Adjustment · Best client of the year" in text_of(olga.get(at(gym, "client_balance", ana.public_id)))


def test_the_desk_may_not_adjust(gym: Business, ana: Client, desk: Browser) -> None:
    assert desk.post(at(gym, "client_adjust", ana.public_id), {"amount": "20", "reason": "x"}).status_code == 404
    assert balance_of(gym, ana.pk, now=later(1)).available == 0


# Who recommended them


def test_attaching_finds_by_name_mail_and_code(gym: Business, ana: Client, carla: Client, olga: Browser) -> None:
    """CASES 15: one match is chosen, near matches are offered."""
    launch(gym)
    url = at(gym, "client_referred_by", carla.public_id)
    for query in ("Ana Lopez", str(ana.email), ana.code.upper(), "Anna"):
        page = olga.get(url, {"q": query}).content.decode()
        assert f'value="{ana.public_id}" checked' in page, query
    two = add_client(gym, "Ana", "López", email="another@mail.example")
    page = olga.get(url, {"q": "ana lopez"}).content.decode()
    assert two.public_id in page
    assert "another@mail.example" in page
    assert "checked" not in page
    assert "No active client found" in text_of(olga.get(url, {"q": "zzz"}))


def test_attaching_pays_what_is_due(gym: Business, ana: Client, olga: Browser) -> None:
    """R-211: within 72 hours no note is asked for."""
    launch(gym)
    lead = bring(ana, "Ben").friend
    walk_in = add_client(gym, "Walk", "In")
    Client.objects.filter(pk=walk_in.pk).update(activated_at=None)
    url = at(gym, "client_referred_by", walk_in.public_id)
    answer = send(olga, url, {"ambassador": ana.public_id}, form_at=f"{url}?q=ana")
    assert answer["Location"] == at(gym, "client", walk_in.public_id)
    found = referral_of(walk_in)
    assert found is not None
    assert found.ambassador == ana
    assert olga.get(at(gym, "client_referred_by", lead.public_id)).status_code == 302


def test_attaching_late_asks_for_a_note(gym: Business, ana: Client, carla: Client, olga: Browser) -> None:
    """CONTRACT: later than 72 hours only with a note; without it nothing changes."""
    launch(gym)
    Client.objects.filter(pk=carla.pk).update(source="import")
    url = at(gym, "client_referred_by", carla.public_id)
    page = f"{url}?q=ana"
    answer = olga.post(page, {"once": once_of(olga.get(page)), "ambassador": ana.public_id})
    assert "More than 72 hours have passed" in text_of(answer)
    assert 'name="override_note"' in answer.content.decode()
    assert referral_of(carla) is None
    note = {"ambassador": ana.public_id, "override_note": "Ana told us at the desk", "once": once_of(answer)}
    assert olga.post(page, note).status_code == 302
    assert referral_of(carla) is not None
    assert balance_of(gym, ana.pk, now=later(500)).available == 1500


def test_nobody_recommends_themselves(gym: Business, ana: Client, olga: Browser) -> None:
    launch(gym)
    twin = add_client(gym, "Ana", "Two", email="twin@mail.example", phone="+34600111222")
    Client.objects.filter(pk=ana.pk).update(phone="+34600111222")
    url = f"{at(gym, 'client_referred_by', twin.public_id)}?q=ana"
    answer = olga.post(url, {"once": once_of(olga.get(url)), "ambassador": ana.public_id})
    assert "A client cannot recommend themselves." in text_of(answer)
    assert referral_of(twin) is None
