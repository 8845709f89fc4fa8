"""The referral loop through real screens, on a phone and at a desk (demo of slice 2, REQUIREMENTS 6)."""

import pytest

import world
from browser.pages import DESK, PHONE
from plusone.connect.commands import open_business
from plusone.kernel import clock

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def register(friend, link, name, phone):
    """Open a link and register: three fields, one tap, no password (UX task 8)."""
    friend.begin()
    friend.go(link)
    friend.sees("Ana invites you to Studio Vela", "€15.00")
    friend.look()
    friend.type("First name", name)
    friend.type("E-mail", f"{name.lower()}@friends.example")
    friend.type("Phone", phone)
    friend.tap("Register")
    friend.sees(f"Check your e-mail: {name.lower()}@friends.example")
    friend.look()
    assert (friend.fields, friend.clicks) == (3, 1)


def activate(owner, name, within=None):
    """Activate with one confirmation, which names the reward (UX task 11)."""
    owner.begin()
    owner.tap("Activate", within=within)
    dialog = owner.page.get_by_role("dialog", name=f"Activate {name}?")
    assert "Ana López will receive €15.00 of balance." in dialog.inner_text()
    owner.look()
    owner.tap("Activate", within=dialog)
    owner.sees(f"{name} is an active client now.")
    assert owner.clicks == 2


@SIZES
def test_from_get_started_to_forty_five_euros(person, size):
    """R-010..R-012, R-020..R-027, R-045..R-059; UX tasks 2, 6, 8, 11, 22."""
    opened = open_business(
        name="Studio Vela",
        owner_email="olga@vela.example",
        kind="studio",
        country_code="ES",
        language="en",
        now=clock.now(),
    )
    gym = opened.business
    ana = world.add_client(gym, "Ana", "López", phone="+34 600 00 00 01", now=clock.now())
    olga = person(size=size)

    # The owner logs in with the set-up link, gets started, and says 15 euros for the one who recommends.
    olga.go(f"/setup/{opened.setup_token}")
    olga.sees("This link logs you in as the owner of your business, once.")
    olga.look()
    olga.tap("Log in and start")
    olga.sees("Set up in five steps")
    olga.look()
    olga.begin()
    olga.tap("Set up a campaign", role="link")
    olga.sees("You say what both receive")
    olga.look()
    olga.tap("Get started")
    olga.sees("When your client recommends a friend")
    olga.look()
    olga.choose("What the friend receives", "nothing extra")
    olga.type("Amount for your client", "15")
    olga.sees("You receive €15.00 of balance for each friend who comes with your link")
    olga.look()
    olga.tap("Activate")
    olga.sees("Your campaign is live")
    olga.look()
    assert olga.clicks < 12
    assert olga.fields <= 5

    # Ana finds her link in her own pages, and shares it.
    ana.refresh_from_db()
    maria = person(size=size)
    maria.log_in(world.login_of(ana))
    maria.go(f"/p/{gym.slug}/")
    maria.sees("Invite friends")
    maria.look()
    print(maria.page.locator("body").aria_snapshot())
