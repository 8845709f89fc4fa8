"""What staff do most, in a real browser: few clicks, nothing lost, and without scripts too (UX B2)."""

from typing import Any

import pytest

from browser.pages import PHONE
from browser.people import Person
from plusone.referrals.models import Campaign
from world import EUR10, House, add_client, bring, launch


@pytest.fixture
def server(lasting: str) -> str:
    return lasting


def test_changing_the_reward_later(vela: House, olga: Person) -> None:
    """UX task 3: at most 4 clicks; the page says what becomes of those who registered before."""
    launch(vela.business, friend=EUR10)
    bring(add_client(vela.business, "Ana"), "Ben")
    olga.begin_at(vela)
    olga.tap("Change the offer", role="link")
    olga.sees("1 open recommendation keeps its own")
    olga.type("Amount for your client", "25")
    olga.tap("Save changes")
    olga.sees("The new terms hold for everybody who registers from now on.")
    olga.within(clicks=4, fields=1, loads=2)
    assert Campaign.objects.get(business=vela.business).terms.version == 2


def test_activating_a_lead_names_the_reward(vela: House, person: Any) -> None:
    """UX task 11: one confirmation that says who receives what."""
    launch(vela.business)
    ben = bring(add_client(vela.business, "Ana", "López"), "Ben").friend
    olga = person(size=PHONE)
    olga.log_in(vela.owner)
    olga.begin_at(vela, "leads/")
    olga.tap("Activate", role="link")
    dialog = olga.page.get_by_role("dialog", name="Activate Ben?")
    dialog.get_by_text("Ana López will receive €15.00 of balance.").wait_for()
    olga.tap("Activate", within=dialog)
    olga.sees("Ben is an active client now.")
    olga.within(clicks=2, fields=0, loads=1)
    ben.refresh_from_db()
    assert ben.is_active


def test_unsaved_changes_are_not_lost_by_mistake(vela: House, olga: Person) -> None:
    """R-018: leaving a changed form asks first."""
    launch(vela.business)
    olga.begin_at(vela, "campaign/")
    olga.type("Amount for your client", "99")
    asked: list[str] = []

    def leave(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    olga.page.on("dialog", leave)
    olga.page.get_by_role("link", name="Clients").first.click()
    olga.page.wait_for_url("**/clients/")
    assert asked == ["beforeunload"]


def test_a_campaign_can_be_set_up_without_scripts(vela: House, person: Any) -> None:
    olga = person(scripts=False)
    olga.log_in(vela.owner)
    olga.begin_at(vela, "campaigns/new/")
    olga.type("Amount for the friend", "7")
    olga.tap("Preview")
    olga.page.locator(".preview-es").get_by_text("7,00").first.wait_for()
    olga.tap("Activate")
    olga.sees("Your campaign is live")
    assert Campaign.objects.get(business=vela.business).terms.friend_reward == {"kind": "balance", "amount": 700}
