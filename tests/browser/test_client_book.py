"""The client book in a real browser: UX tasks 19 and 20 with their clicks counted, and nothing axe finds."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Open
from browser.pages import DESK, axe_finds, faults_of
from browser.test_dashboard import Counted, Place, enter, place
from plusone.clients.commands import give_tag, tag_called
from plusone.clients.models import Client, Tag
from world import NOON, House, add_client, bring, launch

__all__ = ["place"]


@pytest.fixture
def book(house: House, ana: Client) -> House:
    """Sixty clients, half of them with a tag; a lead; so there is more than a page."""
    launch(house.business)
    bring(ana, "Ben")
    morning = tag_called(house.business, "Morning")
    for number in range(59):
        client = add_client(house.business, f"Client{number:02}", "Núñez")
        if number % 2:
            give_tag(client, morning, actor="user:1", now=NOON)
    return house


def test_filter_by_tag_and_status_and_tag_all_that_match(
    place: Place, book: House, open_page: Open, tmp_path: Path
) -> None:
    """UX task 19, as far as tags and status go: at most 8 clicks, progress, undo."""
    page = enter(open_page(size=DESK), place, book.owner)
    page.goto(place.at("clients"))
    click = Counted(page)
    click("link", "Active")
    page.locator("summary", has_text="Tags").click()
    click.clicks += 1
    page.locator(".sieve-tags label", has_text="Morning").click()
    click.clicks += 1
    expect(page.locator("tbody tr")).to_have_count(29)
    assert axe_finds(page) == []
    click("checkbox", "Select all rows")
    expect(page.locator("[data-picked]")).to_have_text("29")
    page.get_by_label("Tag to add or remove").fill("New coach")
    page.screenshot(path=os.environ.get("PLUSONE_TEST_SHOTS", str(tmp_path)) + "/list.png")
    click("button", "Add tag")
    expect(page.get_by_text("29 clients have the tag “New coach” now.")).to_be_visible()
    assert click.clicks <= 8
    assert "status=active" in page.url
    assert Tag.objects.get(name="New coach").clients.count() == 29
    click("button", "Undo")
    expect(page.get_by_text("Undone: 29 back as before.")).to_be_visible()
    page.goto(place.at("clients"))
    click("checkbox", "Select all rows")
    page.locator("[data-all]").check()
    expect(page.locator("[data-picked]")).to_have_text("61")


def test_archive_and_delete(place: Place, book: House, ana: Client, open_page: Open) -> None:
    """UX task 20: archived with one click beyond the menu, with undo; deleting says what stays and offers the data."""
    page = enter(open_page(), place, book.owner)
    page.goto(place.at("clients") + "?q=lopze")
    page.locator("tbody summary").first.click()
    page.get_by_role("button", name="Archive").first.click()
    expect(page.get_by_text("Ana López is archived.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Ana López is back.")).to_be_visible()
    ana.refresh_from_db()
    assert ana.is_active


def test_the_list_with_a_row_picked(place: Place, book: House, open_page: Open) -> None:
    """A full page of clients, and the bar for those who are picked: on a phone and at a desk, light and dark."""
    page = enter(open_page(), place, book.owner)
    page.goto(place.at("clients"))
    page.locator("input[data-pick]").first.check()
    assert faults_of(page, page.context.new_cdp_session(page)) == {}
