"""What staff do most, in a real browser: few clicks, nothing lost, and without scripts too (UX B2)."""

from typing import Any

import pytest

from browser.pages import PHONE
from browser.people import Person
from doubted import register
from plusone.clients.commands import activate
from plusone.kernel.models import User
from plusone.referrals.models import Campaign
from world import EUR10, NOON, House, add_client, bring, launch, login_of


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


def test_why_a_reward_is_pending(vela: House, olga: Person) -> None:
    """UX task 12: at most 2 clicks from the search; one sentence, with one date."""
    ana = add_client(vela.business, "Ana", "López")
    add_client(vela.business, "Otto")
    launch(vela.business, hold_days=14)
    activate(bring(ana, "Ben").friend, actor="user:1", now=NOON)
    olga.begin_at(vela, "clients/")
    olga.type("Name, e-mail or phone", "lopze ana")
    olga.press("Enter")
    olga.tap("Ana López", role="link")
    olga.sees("€15.00 of balance for Ana López is in its verification period until Mar 24, 2026.")
    olga.within(clicks=2, fields=1, loads=2)


def test_a_doubt_is_decided_by_two_keys(vela: House, olga: Person, person: Any) -> None:
    """UX task 16: the evidence on one screen; one key decides, and the client reads what became of it."""
    ana = add_client(vela.business, "Ana", "López", email="analopez@clients.example")
    launch(vela.business)
    register(ana, "ana.lopez2@elsewhere.example", first_name="Ana")
    olga.begin_at(vela, "review/")
    olga.sees("Ana and Ana López have nearly the same e-mail address")
    olga.look()
    olga.press("r")
    olga.sees("Rejected: nobody is rewarded, and the friend stays a lead.", "Nothing needs a look")
    olga.within(clicks=0, fields=0, loads=1)
    her = person(size=PHONE)
    her.log_in(login_of(ana))
    her.go(f"/p/{vela.business.slug}/refer/")
    her.sees("Studio Vela did not accept this recommendation.", "If you think this is wrong, write to Studio Vela.")


def test_in_french_in_the_dark_without_a_mouse(vela: House, person: Any) -> None:
    """UX task 23: the campaign of task 2 once more, by the keyboard alone; nothing traps the focus."""
    User.objects.filter(pk=vela.owner.pk).update(language="fr")
    olga = person(dark=True, language="fr")
    olga.log_in(vela.owner)
    olga.begin_at(vela)
    page = olga.page
    olga.reach(page.get_by_role("link", name="Préparez une campagne"))
    page.keyboard.press("Enter")
    olga.reach(page.get_by_role("button", name="Commencer"))
    page.keyboard.press("Enter")
    for label, amount in (("Montant pour l’ami", "12"), ("Montant pour votre client", "18")):
        field = page.get_by_role("textbox", name=label, exact=True)
        olga.reach(field)
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(amount)
        page.locator("#preview .preview-es").get_by_text(f"{amount},00").first.wait_for()
        assert field.evaluate("field => field === document.activeElement")  # the new preview has not taken the focus
    olga.look()
    olga.reach(page.get_by_role("button", name="Activer", exact=True))
    page.keyboard.press("Enter")
    olga.sees("Votre campagne est lancée")
    olga.look()
    olga.within(clicks=0, loads=3)
    terms = Campaign.objects.get(business=vela.business).terms
    assert (terms.friend_reward["amount"], terms.ambassador_reward["amount"]) == (1200, 1800)


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


def test_a_day_can_be_typed(vela: House, olga: Person) -> None:
    """WCAG 3.2.2: each digit of the year makes a day of its own, and none of them turns the page."""
    olga.begin_at(vela, "settings/activity/")
    day = olga.page.get_by_label("Day", exact=True)
    day.focus()
    for digit in "11282026":
        olga.page.keyboard.press(digit)
        olga.page.wait_for_timeout(100)
    assert "day=" not in olga.page.url
    olga.page.keyboard.press("Enter")
    olga.page.wait_for_url("**day=2026-11-28**")


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


def test_boxes_stand_in_line_and_what_was_done_is_readable_on_a_phone(vela: House, person: Any) -> None:
    """R-109: "Select all" stands above the boxes it fills in; the words of a toast with a button have room."""
    ana = add_client(vela.business, "Ana", "López")
    launch(vela.business, approval="manual")
    for name in ("Ben", "Eva"):
        activate(bring(ana, name).friend, actor="user:1", now=NOON)
    olga = person(size=PHONE)
    olga.log_in(vela.owner)
    olga.begin_at(vela, "rewards/")
    boxes = olga.page.get_by_role("checkbox").filter(visible=True).all()
    left = {round(place["x"]) for box in boxes if (place := box.bounding_box())}
    assert (len(boxes), len(left)) == (3, 1)
    olga.go(f"/b/{vela.business.slug}/clients/{ana.public_id}/")
    olga.click(olga.page.locator("summary", has_text="More"))
    olga.tap("Archive")
    said = olga.page.locator(".toast-note > span").filter(visible=True).first.bounding_box()
    assert said is not None
    assert said["width"] > PHONE["width"] / 2
