"""The client book on screen: list, profile, and what can be done with a client (R-056..R-060, R-067..R-073)."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import archive
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.referrals.models import Referral
from plusone.store.models import Product
from world import NOON, add_client, bring, launch, sell

from .pages import once_of, send, text_of


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


# Adding and finding


def test_adding_a_client_by_form(gym: Business, olga: Browser) -> None:
    """R-070: active, with access, no mail; sent twice makes one."""
    data = {"first_name": " Eva ", "last_name": "Soler", "email": "Eva@Mail.example", "phone": "600 111 222"}
    data["once"] = once_of(olga.get(at(gym, "client_new")))
    first = olga.post(at(gym, "client_new"), data)
    second = olga.post(at(gym, "client_new"), data)
    eva = Client.objects.get(business=gym)
    assert first["Location"] == second["Location"] == at(gym, "client", eva.public_id)
    assert (eva.full_name, eva.email, eva.phone) == ("Eva Soler", "eva@mail.example", "+34600111222")
    assert (eva.status, eva.access) == ("active", True)


@pytest.mark.parametrize(
    ("field", "value"), [("first_name", ""), ("email", "no address"), ("phone", "12"), ("email", "ana@clients.example")]
)
def test_what_is_wrong_stands_at_its_field(gym: Business, olga: Browser, field: str, value: str) -> None:
    add_client(gym, "Ana", email="ana@clients.example")
    data = {"first_name": "Eva", "email": "eva@mail.example"} | {field: value}
    answer = send(olga, at(gym, "client_new"), data)
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Client.objects.count() == 1


def test_list_searches_without_accents_and_counts_each_state(gym: Business, ana: Client, olga: Browser) -> None:
    """R-068: search by name, e-mail, phone; tabs with counts."""
    launch(gym)
    bring(ana, "Ben")
    archive(add_client(gym, "Óscar"), actor="user:1", now=NOON)
    page = text_of(olga.get(at(gym, "clients")))
    assert "All 3 Leads 1 Active 1 Archived 1" in page
    for query in ("lopez", "ANA@CLIENTS", "ana lóp"):
        found = text_of(olga.get(at(gym, "clients"), {"q": query}))
        assert ("Ana López" in found, "Óscar" in found) == (query != "ANA@CLIENTS", False)
    assert "Nobody found" in text_of(olga.get(at(gym, "clients"), {"q": "zzz"}))
    leads = text_of(olga.get(at(gym, "clients"), {"status": "lead"}))
    assert "Ben" in leads
    assert "Óscar" not in leads


def test_empty_book_helps(gym: Business, olga: Browser) -> None:
    page = olga.get(at(gym, "clients")).content.decode()
    assert "Your client book is empty" in page
    assert all(f'href="{at(gym, way)}"' in page for way in ("imports", "client_new", "client_invite", "client_link"))


def test_list_asks_the_same_of_one_and_of_three(
    gym: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    launch(gym)
    bring(ana, "Ben")
    with django_assert_max_num_queries(12) as one:
        olga.get(at(gym, "clients"))
    for name in ("Cleo", "Dora"):
        bring(ana, name)
    with django_assert_max_num_queries(12) as three:
        olga.get(at(gym, "clients"))
    assert len(one) == len(three)


def test_long_list_goes_on_by_key(gym: Business, olga: Browser) -> None:
    for number in range(53):
        add_client(gym, f"Client{number:02}")
    first = olga.get(at(gym, "clients"))
    assert "Client52" in text_of(first)
    assert "Client02" not in text_of(first)
    after = first.context["page"].after
    assert "Client02" in text_of(olga.get(at(gym, "clients"), {"after": after}))


# Profile


def test_profile_has_the_link_to_hand_on(gym: Business, ana: Client, olga: Browser) -> None:
    """R-019: copy, WhatsApp, e-mail, QR; leads have none."""
    launch(gym)
    page = olga.get(at(gym, "client", ana.public_id)).content.decode()
    assert f'data-copy="http://127.0.0.1:8000/r/{ana.code}"' in page
    assert f"%2Fr%2F{ana.code}" in page
    assert quote("Hola, Ana: este es tu propio enlace para recomendar Studio Vela") in page  # in the client's language
    assert 'href="https://wa.me/' in page
    assert 'href="mailto:' in page
    assert 'class="qr' in page
    lead = bring(ana, "Ben").friend
    page = olga.get(at(gym, "client", lead.public_id)).content.decode()
    assert f"/r/{lead.code}" not in page
    assert "Leads get their own link as soon as they are active clients." in page


def test_profile_pages_stay_cheap(
    gym: Business, ana: Client, bono: Product, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    """At most twelve queries a page, with one friend and with three."""
    launch(gym)
    sell(bring(ana, "Ben").friend, bono)
    names = (
        "client",
        "client_friends",
        "client_balance",
        "client_orders",
        "client_plan",
        "client_history",
        "client_notes",
    )
    for name in names:
        assert olga.get(at(gym, name, ana.public_id)).status_code == 200
    counts = {}
    for round_ in range(2):
        for name in names:
            with django_assert_max_num_queries(12) as asked:
                olga.get(at(gym, name, ana.public_id))
            assert counts.setdefault(name, len(asked)) == len(asked), (round_, name)
        sell(bring(ana, "Cleo").friend, bono)
        sell(bring(ana, "Dora").friend, bono) if round_ else None


def test_profile_shows_friends_rewards_and_movements(gym: Business, ana: Client, bono: Product, olga: Browser) -> None:
    """R-066: each friend with date, state and reward; each movement with the balance after it."""
    launch(gym)
    sell(bring(ana, "Ben").friend, bono)
    bring(ana, "Cleo")
    friends = text_of(olga.get(at(gym, "client_friends", ana.public_id)))
    assert "Ben Mar 10, 2026 Completed Mar 10, 2026 €15.00 Granted" in friends
    assert "Cleo Mar 10, 2026 Registered €15.00 Promised" in friends
    order = sell(ana, bono, use_balance=True)
    movements = text_of(olga.get(at(gym, "client_balance", ana.public_id)))
    assert f"Used in the store · {order.number} -€15.00 €0.00" in movements
    assert "Reward · Ben · Why? €15.00 €15.00" in movements
    assert "1 × Bono 10 Paid €50.00" in text_of(olga.get(at(gym, "client_orders", referral_friend(ana).public_id)))


def test_the_list_of_friends_shows_the_reward_of_every_step(
    gym: Business, ana: Client, bono: Product, olga: Browser
) -> None:
    """R-066, R-297: what each step gave or will give, by its name; a thing is named where there is no amount."""
    spent = [{"kind": "spend", "at_least": 9000}]
    launch(
        gym, steps=[{"name": "Loyal", "conditions": spent, "ambassador_reward": {"kind": "manual", "text": "Massage"}}]
    )
    sell(bring(ana, "Ben").friend, bono)
    friends = text_of(olga.get(at(gym, "client_friends", ana.public_id)))
    assert "€15.00 Granted “Massage” Loyal · Promised" in friends


def referral_friend(ana: Client) -> Client:
    return Referral.objects.filter(ambassador=ana).order_by("pk")[0].friend


def test_history_says_why(gym: Business, ana: Client, bono: Product, olga: Browser) -> None:
    """DESIGN 4: "why did Ana get this?" is one click, in plain words."""
    launch(gym)
    sell(bring(ana, "Ben").friend, bono)
    page = text_of(olga.get(at(gym, "client_history", ana.public_id)))
    assert "Balance was earned · Amount: €15.00" in page
    chain = page[page.index("Balance was earned") :]
    causes = [
        "Because of this: A referred friend became an active client",
        "Because of this: A lead became an active client · by a purchase",
    ]
    assert causes[0] in chain
    assert "Because of this: An order was paid" in chain


def test_editing_changes_what_was_typed(gym: Business, ana: Client, olga: Browser) -> None:
    url = at(gym, "client_edit", ana.public_id)
    data = {"first_name": "Ana", "last_name": "Lopez", "email": "new@mail.example", "phone": "", "language": "fr"}
    assert send(olga, url, data)["Location"] == at(gym, "client", ana.public_id)
    ana.refresh_from_db()
    assert (ana.last_name, ana.email, ana.language, ana.access) == ("Lopez", "new@mail.example", "fr", False)
    add_client(gym, "Eva", email="eva@mail.example")
    answer = send(olga, url, data | {"email": "eva@mail.example"})
    assert 'id="id_email_error"' in answer.content.decode()
    ana.refresh_from_db()
    assert ana.email == "new@mail.example"


def test_deleted_client_is_not_there(gym: Business, ana: Client, olga: Browser) -> None:
    archive(ana, actor="user:1", now=NOON)
    olga.post(at(gym, "client_delete", ana.public_id), {"typed": "ana"})
    assert olga.get(at(gym, "client", ana.public_id)).status_code == 404
