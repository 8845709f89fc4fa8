"""Filters of the client list by tags, professional and payment, kept as tabs (R-075, UX task 19)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from plusone.clients.commands import assign, give_tag, save_view, tag_called
from plusone.clients.models import Client, SavedView, Tag
from plusone.kernel.commands import add_collaborator
from plusone.kernel.models import Business, Collaborator, User
from plusone.store.commands import place_order
from plusone.store.models import Product
from world import NOON, add_client, sell

from .conftest import browser_of
from .pages import text_of

WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def at(gym: Business, name: str, *args: str) -> str:
    return reverse(f"b:{name}", args=[gym.slug, *args])


@pytest.fixture
def book(gym: Business, ana: Client, carla: Client, bono: Product) -> Business:
    """Ana is VIP and morning and has paid; Carla is VIP and Paula's; Dora has something to pay."""
    for who, names in ((ana, ("VIP", "Morning")), (carla, ("VIP",))):
        for name in names:
            give_tag(who, tag_called(gym, name), **WHO)
    paula = add_collaborator(
        gym, User.objects.create_user("paula@vela.example", name="Paula", language="en"), role="professional"
    )
    assign([carla], paula, **WHO)
    sell(ana, bono)
    place_order(gym, add_client(gym, "Dora"), [(bono, 1)], **WHO)
    return gym


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"tag": ["VIP", "Morning"]}, ["Ana", "Carla"]),
        ({"tag": ["VIP", "Morning"], "every": "1"}, ["Ana"]),
        ({"pro": "Paula"}, ["Carla"]),
        ({"pro": "nobody"}, ["Ana", "Dora"]),
        ({"pro": "madeup"}, []),
        ({"pro": "../x"}, ["Ana", "Carla", "Dora"]),
        ({"paid": "owes"}, ["Dora"]),
        ({"paid": "yes"}, ["Ana"]),
        ({"paid": "never"}, ["Carla", "Dora"]),
        ({"paid": "x"}, ["Ana", "Carla", "Dora"]),
        ({"tag": ["VIP"], "paid": "never", "status": "active"}, ["Carla"]),
    ],
)
def test_filters_combine(book: Business, olga: Browser, asked: dict[str, Any], expected: list[str]) -> None:
    """R-075: tags any or all, who looks after them, what was paid."""
    ids = {tag.name: tag.public_id for tag in Tag.objects.all()}
    ids["Paula"] = Collaborator.objects.get(user__name="Paula").public_id
    meant = {
        name: [ids.get(one, one) for one in value] if isinstance(value, list) else ids.get(value, value)
        for name, value in asked.items()
    }
    answer = olga.get(at(book, "clients"), meant)
    assert sorted(row["client"].first_name for row in answer.context["rows"]) == expected


def test_a_filter_is_kept_as_a_tab_for_the_team(book: Business, olga: Browser, desk: Browser, lucie: Browser) -> None:
    """UX task 19: the tab is an address to share; who sees only own clients neither makes nor forgets one."""
    vip = Tag.objects.get(name="VIP")
    asked = {"tag": vip.public_id, "paid": "never", "status": "active"}
    assert "Keep this filter as a tab" in text_of(olga.get(at(book, "clients"), asked))
    kept = olga.post(at(book, "client_view_keep"), asked | {"name": " VIP  to win "}, follow=True)
    assert "“VIP to win” is a tab now." in text_of(kept)
    view = SavedView.objects.get()
    shown = desk.get(at(book, "clients") + view.query)
    assert [row["client"].first_name for row in shown.context["rows"]] == ["Carla"]
    assert "VIP to win" in text_of(desk.get(at(book, "clients")))
    for name, said in (("VIP to win", "There is a tab of this name already."), ("", "between 1 and 40")):
        assert said in text_of(olga.post(at(book, "client_view_keep"), asked | {"name": name}, follow=True))
    assert "Set a filter first." in text_of(olga.post(at(book, "client_view_keep"), {"name": "All"}, follow=True))
    paula = browser_of(User.objects.get(name="Paula"))
    assert paula.post(at(book, "client_view_keep"), asked | {"name": "Mine"}).status_code == 404
    assert paula.post(at(book, "client_view_forget", view.public_id)).status_code == 404
    assert lucie.post(at(book, "client_view_forget", view.public_id)).status_code == 404
    assert SavedView.objects.count() == 1
    assert "is gone." in text_of(olga.post(at(book, "client_view_forget", view.public_id), follow=True))
    assert SavedView.objects.count() == 0


def test_tabs_are_bounded_and_cost_one_query(book: Business, olga: Browser, django_assert_max_num_queries: Any) -> None:
    save_view(book, "View 0", "?paid=owes", **WHO)
    with django_assert_max_num_queries(12) as one:
        olga.get(at(book, "clients"))
    for number in range(1, 12):
        save_view(book, f"View {number}", f"?q={number}", **WHO)
    with django_assert_max_num_queries(12) as twelve:
        olga.get(at(book, "clients"))
    assert len(one) == len(twelve)
    asked = {"q": "x", "name": "One too many"}
    assert "There are 12 tabs already." in text_of(olga.post(at(book, "client_view_keep"), asked, follow=True))
