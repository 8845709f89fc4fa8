"""Reward rules and trust through real screens, on a phone and at a desk (demo of slice 6, REQUIREMENTS 6)."""

import re
from datetime import timedelta

import pytest

import world
from browser.pages import DESK, PHONE
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import User
from plusone.kernel.queue.worker import drain
from plusone.ledger.queries import faults
from world import EUR10, NOON, add_client, launch, make_product

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])

PREVIEWS = {
    "Español": "Recibes 20,00.*Massage.*por cada amigo",
    "Français": "Vous recevez 20,00.*Massage.*pour chaque ami",
    "English": "You receive .*€20.00.*Massage.*for each friend",
}
SENTENCES = {"es": "Cuando tu cliente recomienda a un amigo", "fr": "Lorsque votre client recommande un ami"}


@pytest.fixture
def server(lasting):
    return lasting


@pytest.fixture
def turn_to(monkeypatch):
    """Let it be noon of another day, and let be done what waited for it."""

    def turn_to(day):
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=day))
        drain()

    turn_to(0)
    return turn_to


def write_the_sentence(olga):
    """The friend gets a coupon; after 3 visits and 50 euros within 60 days the client chooses, 14 days later."""
    olga.tap("Set up a campaign", role="link")
    olga.tap("Get started")
    olga.tap("One more condition")
    olga.tap("Let your client choose")
    olga.choose("What the friend receives", "a coupon worth")
    olga.type("Amount for the friend", "10")
    olga.choose("What the friend has to do", "has come this many times:", 0)
    olga.type("How many, or how much money", "3", 0)
    olga.choose("What the friend has to do", "has spent in all:", 1)
    olga.type("How many, or how much money", "50", 1)
    olga.choose("What your client receives", "balance worth")
    olga.choose("What your client may choose instead", "a present by hand:")
    olga.type("Amount for your client", "20")
    olga.type("What your client is handed", "Massage")
    olga.click(olga.page.locator("summary", has_text="Name and details"))
    olga.type("Days the friend has for it (optional)", "60")
    olga.type("Verification period, in days (optional)", "14")
    for language, words in PREVIEWS.items():
        olga.click(olga.page.locator("label.preview-lang", has_text=language))
        olga.page.locator("#preview").get_by_text(re.compile(words)).filter(visible=True).first.wait_for()
    olga.look(both=True)
    olga.tap("Activate")
    olga.sees("Your campaign is live")


@SIZES
def test_a_coupon_three_visits_fifty_euros_and_a_choice(vela, person, size, turn_to):
    """R-002, R-006, R-104..R-106, R-112..R-115, R-134, R-141, R-281, R-283..R-293, R-297."""
    gym = vela.business
    ana = add_client(gym, "Ana", "López", email="analopez@clients.example")
    make_product(gym, "Trial pack", 6000)
    olga, her, ben = person(size=size), person(size=size), person(size=size)
    olga.log_in(vela.owner)
    her.log_in(world.login_of(ana))
    olga.begin_at(vela)
    write_the_sentence(olga)
    link = f"/r/{ana.code}"

    # Ben reads what is asked for, registers, and has his coupon at once.
    ben.go(link)
    ben.sees("a coupon of €10.00 for one order", "once you have come 3 times and have spent €50.00")
    ben.look(both=True)
    ben.type("First name", "Ben")
    ben.type("E-mail", "ben@friends.example")
    ben.tap("Register and get my gift")
    ben.sees("Thank you, Ben!")
    ben.look(both=True)
    ben.log_in(world.login_of(Client.objects.get(business=gym, first_name="Ben")))
    ben.go(f"/p/{gym.slug}/")
    ben.sees("Coupon: €10.00 off one order", "It is yours because Ana L. invited you to Studio Vela.")
    ben.look(both=True)

    # Ana tries it on herself, with another mailbox: nothing is dropped, and the owner is shown what was noticed.
    again = person(size=size)
    again.go(link)
    again.type("First name", "Ana")
    again.type("E-mail", "ana.lopez2@elsewhere.example")
    again.tap("Register and get my gift")
    again.sees("Thank you, Ana!")
    olga.go(f"/b/{gym.slug}/review/")
    olga.sees("Ana López recommended Ana", "Ana and Ana López have nearly the same e-mail address")
    olga.look(both=True)
    olga.tap("Reject")
    olga.sees("Rejected: nobody is rewarded, and the friend stays a lead.")

    # Three visits, on three days; Ana sees what is still missing.
    for day in (1, 2, 3):
        turn_to(day)
        olga.go(f"/b/{gym.slug}/visits/")
        olga.tap("Mark a visit", within=olga.page.get_by_role("row").filter(has_text="ben@friends.example"))
        olga.sees("Came today")
    olga.look(both=True)
    her.go(f"/p/{gym.slug}/refer/")
    her.sees(
        "€50.00 more to spend.", "Until May 9, 2026 at the latest.", "Studio Vela did not accept this recommendation."
    )
    her.look(both=True)

    # He buys for 60 euros, of which the coupon takes 10 off: the fifty are there.
    olga.go(f"/b/{gym.slug}/sell/")
    olga.click(olga.page.get_by_role("link").filter(has_text="ben@friends.example"))
    olga.tap("One Trial pack more")
    olga.page.get_by_label("Coupon (optional)").select_option(index=1)
    olga.page.locator("#desk-sum").get_by_text("€50.00").wait_for()
    olga.look(both=True)
    olga.tap("Finish the sale")
    olga.sees("Paid. Ben is an active client now.")
    order = olga.page.url

    # Fourteen days later Ana chooses.
    her.go(f"/p/{gym.slug}/refer/")
    her.sees("You can use a choice of €20.00 of balance or “Massage” from Mar 27, 2026 on.")
    turn_to(13)
    her.go(f"/p/{gym.slug}/")
    her.does_not_see("Choose your reward")
    turn_to(18)
    her.go(f"/p/{gym.slug}/")
    her.tap(re.compile("^Choose your reward"), role="link")
    her.sees("You have earned one of these. Which one would you like?")
    her.look(both=True)
    her.page.get_by_label("€20.00 of balance").check()
    her.tap("This one, please")
    her.sees("Yours: €20.00 of balance.")
    her.go(f"/p/{gym.slug}/")
    her.sees("€20.00")
    her.look(both=True)

    # Ben's money goes back, and Ana's reward with it: said before, and to her.
    olga.go(order)
    olga.tap("Refund", role="link")
    olga.sees("What will happen")
    assert "You give Ben €50.00 back in money. Ana López loses €20.00 of reward." in olga.words()
    olga.look(both=True)
    olga.tap("Refund €50.00")
    olga.sees("€50.00 back in money")
    drain()
    her.go(f"/p/{gym.slug}/refer/")
    her.sees("€20.00 of balance was taken back on Mar 28, 2026, because the purchase behind it was refunded.")
    her.go(f"/p/{gym.slug}/balance/")
    her.sees("€0.00", "then €0.00")
    her.look(both=True)
    assert faults(gym) == []

    # The sentence is written in the owner's language.
    for language, words in SENTENCES.items():
        User.objects.filter(pk=vela.owner.pk).update(language=language)
        olga.go(f"/b/{gym.slug}/campaign/")
        olga.sees(words)
        olga.look(both=True)


def register(friend, link, first_name, email):
    """Let somebody open a link and register with it."""
    friend.go(link)
    friend.type("First name", first_name)
    friend.type("E-mail", email)
    friend.tap(re.compile("^Register"))
    friend.sees(f"Thank you, {first_name}!")


@SIZES
def test_a_ring_by_a_second_address_is_one_case_and_is_decided_one_by_one(vela, person, size, turn_to):
    """FRA-3, FRA-10, UX 16: A brings B, B brings A by another mailbox; the owner reads both addresses, lets the first
    count and not the second, and everybody reads what became of it."""
    gym = vela.business
    ana = add_client(gym, "Ana", "Pons", email="ana.pons@gmail.com")
    launch(gym, friend=EUR10, conditions=[{"kind": "orders", "at_least": 1}], now=NOON)
    register(person(size=size), f"/r/{ana.code}", "Ben", "ben@ring.example")
    ben = Client.objects.get(business=gym, email="ben@ring.example")
    activate(ben, actor="user:1", now=NOON)
    ben.refresh_from_db()
    turn_to(2)
    register(person(size=size), f"/r/{ben.code}", "Ana", "pons.ana@outlook.com")
    drain()
    olga, her, his = person(size=size), person(size=size), person(size=size)
    olga.log_in(vela.owner)
    olga.go(f"/b/{gym.slug}/review/")
    olga.sees(
        "2 recommendations, one decision",
        "Ana (pons.ana@outlook.com) and Ana Pons (ana.pons@gmail.com) seem to be one person.",
    )
    assert olga.page.evaluate("scrollY") == 0, "the heading stays in sight"
    olga.look(both=True)
    her.log_in(world.login_of(ana))
    her.go(f"/p/{gym.slug}/refer/")
    her.sees("Studio Vela is checking this recommendation. 0 of 1 order paid.")
    her.look(both=True)

    first, second = olga.page.get_by_role("listitem").filter(has_text="Ana Pons recommended Ben"), "Reject this one"
    olga.tap("Approve this one", within=first.last)
    olga.sees("Nothing waits here")
    olga.does_not_see(second)
    olga.tap("Reject")
    olga.sees("Rejected: nobody is rewarded, and the friend stays a lead.", "Nothing needs a look")
    drain()
    her.go(f"/p/{gym.slug}/refer/")
    her.does_not_see("is checking")
    her.sees("0 of 1 order paid.")
    his.log_in(world.login_of(ben))
    his.go(f"/p/{gym.slug}/refer/")
    his.sees("Studio Vela did not accept this recommendation.")
    olga.go(f"/b/{gym.slug}/referrals/{ben.referrals_made.get().public_id}/")
    olga.sees("What was noticed", "seem to be one person.")
    olga.look(both=True)
    assert faults(gym) == []
