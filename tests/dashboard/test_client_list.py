"""The client list at work: filters in the address, tags where they are needed, acts on many (R-073, R-075, R-081)."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import archive, give_tag, tag_called
from plusone.clients.commands import jobs as machinery
from plusone.clients.models import Client, Job, Tag
from plusone.kernel.models import Business
from plusone.kernel.queue.worker import drain
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.queries import link_of, referral_of
from plusone.store.commands import create_membership_type, pay, place_order
from plusone.store.models import Membership
from world import NOON, add_client, bring, launch

from .pages import send, text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


@pytest.fixture
def book(gym: Business, ana: Client, carla: Client) -> Business:
    """Ana has sent Ben, whose registration is doubtful; Carla's address bounces; Dora waits in the archive."""
    launch(gym)
    referral = bring(ana, "Ben")
    Referral.objects.filter(pk=referral.pk).update(flagged=True)
    give_tag(ana, tag_called(gym, "VIP"), **WHO)
    give_tag(carla, tag_called(gym, "Morning"), **WHO)
    archive(add_client(gym, "Dora"), **WHO)
    Message.objects.create(
        business=gym,
        client=carla,
        to=carla.email,
        template="x",
        category="account",
        channel="email",
        language="es",
        state="failed",
        key="k",
        created_at=NOON,
        useful_until=NOON,
    )
    return gym


def names(answer: Any) -> list[str]:
    return sorted(row["client"].first_name for row in answer.context["rows"])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Ana", "Ben", "Carla", "Dora"]),
        ({"status": "archived"}, ["Dora"]),
        ({"status": "lead"}, ["Ben"]),
        ({"q": "CALRA"}, ["Carla"]),
        ({"tag": ["VIP"]}, ["Ana"]),
        ({"tag": ["VIP", "Morning"]}, ["Ana", "Carla"]),
        ({"referred": "yes"}, ["Ben"]),
        ({"referred": "no"}, ["Ana", "Carla", "Dora"]),
        ({"needs": "flagged"}, ["Ben"]),
        ({"needs": "mail"}, ["Carla"]),
        ({"needs": "any"}, ["Ben", "Carla"]),
        ({"needs": "reward"}, []),
        ({"status": "active", "referred": "no", "tag": ["VIP"]}, ["Ana"]),
        ({"status": "made up", "referred": "x", "needs": "y", "tag": ["../"]}, ["Ana", "Ben", "Carla", "Dora"]),
    ],
)
def test_filters_stand_in_the_address(
    book: Business, olga: Browser, asked: dict[str, Any], expected: list[str]
) -> None:
    """R-068, R-075: combinable and shareable."""
    tags = {tag.name: tag.public_id for tag in Tag.objects.all()}
    asked = asked | ({"tag": [tags.get(name, name) for name in asked["tag"]]} if "tag" in asked else {})
    answer = olga.get(at(book, "clients"), asked)
    assert names(answer) == expected
    if "needs" in asked and expected:
        assert ("Mail does not arrive" in text_of(answer)) or ("Recommendation to check" in text_of(answer))


def test_the_list_narrows_to_a_membership(book: Business, ana: Client, carla: Client, olga: Browser) -> None:
    """R-075: whoever has one of a type now, one of any, or none; one that is not paid yet, or is over, is none."""
    assert 'name="plan"' not in olga.get(at(book, "clients")).content.decode()
    month = create_membership_type(book, name="Month", kind="recurring", price=900, period="month", now=NOON)
    pack = create_membership_type(book, name="Ten visits", kind="pack", price=500, uses=10, now=NOON)
    for buyer, kind in ((ana, month), (carla, pack)):
        order = place_order(book, buyer, [(kind, 1)], **WHO)
        pay(order, method="cash", **WHO)
    place_order(book, carla, [(month, 1)], **WHO)
    assert "Ten visits" in text_of(olga.get(at(book, "clients")))
    for plan, expected in (
        (month.public_id, ["Ana"]),
        (pack.public_id, ["Carla"]),
        ("any", ["Ana", "Carla"]),
        ("none", ["Ben", "Dora"]),
        ("x" * 22, []),
        ("../", ["Ana", "Ben", "Carla", "Dora"]),
    ):
        assert names(olga.get(at(book, "clients"), {"plan": plan})) == expected
    vip = Tag.objects.get(name="VIP").public_id
    assert names(olga.get(at(book, "clients"), {"plan": "any", "tag": vip})) == ["Ana"]
    Membership.objects.filter(client=ana).update(state="ended")
    assert names(olga.get(at(book, "clients"), {"plan": "any"})) == ["Carla"]
    done = bulk(olga, book, "tag", [], tag_name="Packs", all="1", plan=pack.public_id)
    assert "1 client has the tag “Packs” now." in text_of(done)


def test_the_list_stays_cheap_with_all_of_it(
    book: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    """At most twelve queries, with a search that is mistyped too; the same with one row and with three."""
    vip = Tag.objects.get(name="VIP")
    asked = {"q": "ebn", "referred": "yes", "needs": "any"}
    with django_assert_max_num_queries(12) as one:
        assert len(olga.get(at(book, "clients"), asked).context["rows"]) == 0
    bring(ana, "Benn")
    with django_assert_max_num_queries(12) as one:
        olga.get(at(book, "clients"))
    for name in ("Cleo", "Dario"):
        give_tag(bring(ana, name).friend, vip, **WHO)
    with django_assert_max_num_queries(12) as three:
        olga.get(at(book, "clients"))
    assert len(one) == len(three)


def bulk(browser: Browser, book: Business, act: str, rows: list[Client], **more: Any) -> Any:
    data = {"act": act, "pick": [row.public_id for row in rows]} | more
    return browser.post(at(book, "clients_several"), data, follow=True)


def undo_in(answer: Any) -> str:
    found = re.search(r'action="([^"]+/undo/)"', answer.content.decode())
    assert found, "no way back is offered"
    return found[1]


def test_a_tag_is_made_and_given_in_the_list(book: Business, ana: Client, carla: Client, olga: Browser) -> None:
    """R-081: create and assign in one go, with undo."""
    answer = bulk(olga, book, "tag", [ana, carla], tag_name="New mum")
    assert "2 clients have the tag “New mum” now." in text_of(answer)
    assert Tag.objects.get(name="New mum").clients.count() == 2
    olga.post(undo_in(answer))
    assert Tag.objects.get(name="New mum").clients.count() == 0
    answer = bulk(olga, book, "untag", [ana, carla], tag_name="vip")
    assert "“VIP” was taken from 1 client. 1 was left out." in text_of(answer)
    assert "Write the name of the tag to remove." in text_of(bulk(olga, book, "untag", [ana], tag_name="?"))
    assert "between 1 and 60" in text_of(bulk(olga, book, "tag", [ana], tag_name=" "))
    assert "Select at least one row first." in text_of(bulk(olga, book, "tag", [], tag_name="x"))


def test_all_that_match_are_meant_and_the_filter_stays(book: Business, olga: Browser, monkeypatch: Any) -> None:
    monkeypatch.setattr(machinery, "AT_ONCE", 1)
    data = {"act": "tag", "tag_name": "Here", "all": "1", "status": "active", "referred": "no"}
    answer = olga.post(at(book, "clients_several"), data)
    job = Job.objects.get()
    assert answer["Location"] == at(book, "job", job.public_id)
    page = olga.get(answer["Location"])
    assert page["Refresh"] == "3"
    assert "It goes on by itself" in text_of(page)
    drain()
    page = olga.get(answer["Location"])
    assert "2 clients have the tag “Here” now." in text_of(page)
    assert not page.has_header("Refresh")
    olga.post(undo_in(page))
    drain()
    assert "Undone: 2 back as before." in text_of(olga.get(answer["Location"]))
    few = olga.post(at(book, "clients_several"), data | {"tag_name": "One", "q": "carla"})
    assert few["Location"] == f"{at(book, 'clients')}?status=active&q=carla&referred=no"


def test_export_is_safe_to_open(book: Business, ana: Client, olga: Browser) -> None:
    """FUZ-5: no cell is a formula; filters hold."""
    Client.objects.filter(pk=ana.pk).update(last_name="=HYPERLINK(1)", phone="+34600111222")
    answer = olga.post(at(book, "clients_several"), {"act": "export", "all": "1", "status": "active"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1:] == [
        ["Carla", "Gil", "carla.gil@clients.example", "", "Active", "Morning", "", "2026-03-10"],
        ["Ana", "'=HYPERLINK(1)", "ana.lopez@clients.example", "+34600111222", "Active", "VIP", "", "2026-03-10"],
    ]


def test_the_desk_may_tag_and_not_export(book: Business, ana: Client, desk: Browser) -> None:
    assert bulk(desk, book, "export", [ana]).status_code == 404
    assert "has the tag" in text_of(bulk(desk, book, "tag", [ana], tag_name="Desk"))


def test_tags_have_a_page(book: Business, ana: Client, olga: Browser) -> None:
    """R-080, R-081: made, renamed, coloured, deleted with undo; one that is there already is refused."""
    assert "VIP 1 Edit" in text_of(olga.get(at(book, "tags")))
    olga.post(at(book, "tags"), {"name": "Knee", "color": "bad", "description": "careful"})
    knee = Tag.objects.get(name="Knee")
    assert (knee.color, knee.description) == ("bad", "careful")
    answer = olga.post(at(book, "tag", knee.public_id), {"name": "vip", "color": ""})
    assert "You have a tag of this name already." in text_of(answer)
    olga.post(at(book, "tag", knee.public_id), {"name": "Knees", "color": "info"})
    knee.refresh_from_db()
    assert (knee.name, knee.color) == ("Knees", "info")
    vip = Tag.objects.get(name="VIP")
    answer = olga.post(at(book, "tag_delete", vip.public_id), follow=True)
    assert "The tag “VIP” is deleted." in text_of(answer)
    assert not ana.tags.exists()
    olga.post(undo_in(answer))
    assert [tag.name for tag in ana.tags.all()] == ["VIP"]


def test_tags_on_the_profile_and_in_the_form(book: Business, ana: Client, olga: Browser) -> None:
    url = at(book, "client_tag", ana.public_id)
    olga.post(url, {"tag_name": "Evening"})
    assert sorted(tag.name for tag in ana.tags.all()) == ["Evening", "VIP"]
    olga.post(at(book, "client_untag", ana.public_id, Tag.objects.get(name="VIP").public_id))
    assert "Evening" in text_of(olga.get(at(book, "client", ana.public_id)))
    send(olga, at(book, "client_new"), {"first_name": "Eva", "tags": "evening, Pilates ,"})
    eva = Client.objects.get(first_name="Eva")
    assert sorted(tag.name for tag in eva.tags.all()) == ["Evening", "Pilates"]


# Adding somebody with who sent them; handing out what is known


def test_who_sent_them_is_said_while_adding(book: Business, ana: Client, olga: Browser) -> None:
    """R-211: found with a typo; what is due is given in the same moment, and a no makes nobody."""
    url = at(book, "client_new")
    send(olga, url, {"first_name": "Eva", "email": "eva@mail.example", "referred_by": "ana lopze"})
    eva = Client.objects.get(first_name="Eva")
    found = referral_of(eva)
    assert found is not None
    assert (found.ambassador, found.state, balance_of(book, ana.pk, now=NOON).available) == (ana, "closed", 1500)
    answer = send(olga, url, {"first_name": "Flo", "referred_by": "nobody at all"})
    assert "No active client found." in text_of(answer)
    answer = send(olga, url, {"first_name": "Flo", "email": ana.email, "referred_by": "ana"})
    assert "already exists" in text_of(answer)
    add_client(book, "Ana", "Ruiz")
    answer = send(olga, url, {"first_name": "Flo", "referred_by": "ana"})
    assert "Several clients are called so." in text_of(answer)
    assert not Client.objects.filter(first_name="Flo").exists()
    data = {"first_name": "Flo", "referred_by": "ana", "ambassador": ana.public_id}
    send(olga, url, data)
    flo = referral_of(Client.objects.get(first_name="Flo"))
    assert flo is not None
    assert flo.ambassador == ana


def test_the_data_is_offered_before_deleting(book: Business, ana: Client, olga: Browser, desk: Browser) -> None:
    """R-099, UX task 20: all that is known, as a file; only for those who may export."""
    page = olga.get(at(book, "client_delete", ana.public_id)).content.decode()
    assert f'action="{at(book, "client_export", ana.public_id)}"' in page
    url = at(book, "client_export", ana.public_id)
    copy = zipfile.ZipFile(io.BytesIO(b"".join(olga.post(url).streaming_content)))
    assert "ana" in copy.read("data.json").decode().lower()
    assert desk.post(url).status_code == 404


def test_the_menu_of_a_row_hands_on_the_clients_own_link(book: Business, ana: Client, olga: Browser) -> None:
    """By WhatsApp, e-mail or copied, in the client's language: of active clients, while a campaign is live."""
    Client.objects.filter(pk=ana.pk).update(phone="+34600111222", language="es")
    url = at(book, "clients")
    page = olga.get(url).content.decode()
    assert 'href="https://wa.me/34600111222?text=Hola%2C%20Ana' in page
    assert "?subject=Tu%20enlace" in page
    assert f'data-copy="{link_of(ana)}"' in page
    assert page.count('href="https://wa.me/') == Client.objects.filter(business=book, status="active").count()
    Campaign.objects.update(state="inactive", is_default=False)
    assert "wa.me" not in olga.get(url).content.decode()
