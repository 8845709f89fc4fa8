"""The staff pages in a real browser: nothing axe finds, nothing wider than the screen, and few clicks (UX B2)."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from browser.conftest import Open
from browser.pages import PHONE
from plusone.clients.models import Client
from plusone.kernel.models import Business, User
from plusone.referrals.models import Campaign
from world import EUR10, House, bring, launch


@dataclass
class Place:
    """Where the pages of one business are."""

    business: Business
    address: str

    def at(self, name: str, *args: str) -> str:
        return self.address + reverse(f"b:{name}", args=[self.business.slug, *args])


@pytest.fixture
def place(server: str, house: House) -> Place:
    return Place(house.business, server)


def enter(page: Page, place: Place, user: User, language: str = "en") -> Page:
    """Put the session of somebody who has logged in into the browser."""
    User.objects.filter(pk=user.pk).update(language=language)
    session = Session()
    session.force_login(user)
    value = session.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": place.address}])
    return page


class Counted:
    """Clicks like a person and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def __call__(self, role: Any, name: str, *, exact: bool = False, within: str = "body") -> None:
        self.page.locator(within).get_by_role(role, name=name, exact=exact).first.click()
        self.clicks += 1


def test_launching_a_campaign_from_nothing(place: Place, house: House, open_page: Open) -> None:
    """UX task 2: a two-sided campaign in fewer than 12 clicks and at most 5 fields, on one screen."""
    page = enter(open_page(), place, house.owner)
    page.goto(place.at("home"))
    click = Counted(page)
    click("link", "Set up a campaign")
    click("button", "Get started")
    page.get_by_label("Amount for the friend").fill("12")
    page.get_by_label("Amount for your client").fill("18")
    expect(page.locator("#preview .preview-es")).to_contain_text("18,00")
    click("button", "Activate", exact=True, within="main")
    expect(page.get_by_text("Your campaign is live")).to_be_visible()
    assert click.clicks == 3
    terms = Campaign.objects.get().terms
    assert (terms.friend_reward["amount"], terms.ambassador_reward["amount"]) == (1200, 1800)


def test_changing_the_reward_later(place: Place, house: House, ana: Client, open_page: Open) -> None:
    """UX task 3: at most 4 clicks; the page says what becomes of those who registered before."""
    launch(house.business, friend=EUR10)
    bring(ana, "Ben")
    page = enter(open_page(), place, house.owner)
    page.goto(place.at("home"))
    click = Counted(page)
    click("link", "Change the offer")
    expect(page.get_by_text("1 open recommendation keeps its own")).to_be_visible()
    page.get_by_label("Amount for your client").fill("25")
    click("button", "Save changes")
    expect(page.get_by_text("The new terms hold for everybody who registers from now on.")).to_be_visible()
    assert click.clicks == 2
    assert Campaign.objects.get().terms.version == 2


def test_stopping_the_campaign(place: Place, house: House, ana: Client, open_page: Open) -> None:
    """UX task 22: at most 3 clicks; the dialog says what still counts."""
    launch(house.business)
    bring(ana, "Ben")
    page = enter(open_page(), place, house.owner)
    page.goto(place.at("home"))
    click = Counted(page)
    click("link", "Change the offer")
    click("link", "Deactivate")
    expect(page.locator("dialog[open]")).to_contain_text("1 friend has registered and is not active yet.")
    click("button", "Deactivate", within="dialog[open]")
    expect(page.get_by_text("The campaign has ended.")).to_be_visible()
    assert click.clicks == 3
    assert Campaign.objects.get().state == "inactive"


def test_activating_a_lead_names_the_reward(place: Place, house: House, ana: Client, open_page: Open) -> None:
    """UX task 11: one confirmation that says who receives what."""
    launch(house.business)
    ben = bring(ana, "Ben").friend
    page = enter(open_page(size=PHONE), place, house.owner)
    page.goto(place.at("leads"))
    click = Counted(page)
    click("link", "Activate", exact=True, within="table")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Ana López will receive €15.00 of balance.")
    click("button", "Activate", within="dialog[open]")
    expect(page.get_by_text("Ben is an active client now.")).to_be_visible()
    ben.refresh_from_db()
    assert (ben.status, click.clicks) == ("active", 2)


def test_archiving_can_be_undone(place: Place, house: House, ana: Client, open_page: Open) -> None:
    page = enter(open_page(), place, house.owner)
    page.goto(place.at("client", ana.public_id))
    click = Counted(page)
    page.locator("main summary", has_text="More").click()
    click("button", "Archive")
    click("button", "Undo")
    expect(page.get_by_text("Ana López is back.")).to_be_visible()
    ana.refresh_from_db()
    assert ana.is_active


def test_unsaved_changes_are_not_lost_by_mistake(place: Place, house: House, open_page: Open) -> None:
    """R-018: leaving a changed form asks first."""
    launch(house.business)
    page = enter(open_page(), place, house.owner)
    page.goto(place.at("campaign"))
    page.get_by_label("Amount for your client").fill("99")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.get_by_role("link", name="Clients").first.click()
    page.wait_for_url("**/clients/")
    assert asked == ["beforeunload"]


def test_a_campaign_can_be_set_up_without_scripts(place: Place, house: House, open_page: Open) -> None:
    page = enter(open_page(scripts=False), place, house.owner)
    page.goto(place.at("campaign_new"))
    page.get_by_label("Amount for the friend").fill("7")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview-es")).to_contain_text("7,00")
    page.get_by_role("button", name="Activate", exact=True).click()
    assert Campaign.objects.get().terms.friend_reward == {"kind": "balance", "amount": 700}
