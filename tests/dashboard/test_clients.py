"""The client book on screen: list, profile, and what can be done with a client (R-056..R-060, R-067..R-073)."""

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
from plusone.referrals.models import Referral
from plusone.referrals.queries import referral_of
from plusone.store.models import Product
from world import EUR10, NOON, add_client, bring, later, launch, sell

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
    page = text_of(olga.get(at(gym, "clients")))
    assert "Your client book is empty" in page
    assert "Add your first client" in page


def test_list_asks_the_same_of_one_and_of_three(
    gym: Business, ana: Client, olga: Browser, django_assert_max_num_queries: Any
) -> None:
    launch(gym)
    bring(ana, "Ben")
    with django_assert_max_num_queries(10) as one:
        olga.get(at(gym, "clients"))
    for name in ("Cleo", "Dora"):
        bring(ana, name)
    with django_assert_max_num_queries(10) as three:
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
    names = ("client", "client_friends", "client_balance", "client_orders", "client_history")
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
    assert "Reward €15.00 €15.00" in text_of(olga.get(at(gym, "client_balance", ana.public_id)))
    assert "1 × Bono 10 Paid €50.00" in text_of(olga.get(at(gym, "client_orders", referral_friend(ana).public_id)))


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
    ids = "%2C".join(person.public_id for person in people)
    assert all(person.public_id in page.content.decode() for person in people)
    olga.post(f"{at(gym, 'clients_bring_back')}?ids={ids}")
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
