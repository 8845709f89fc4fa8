"""The referral loop through real screens, on a phone and at a desk (demo of slice 2, REQUIREMENTS 6)."""

from urllib.parse import unquote

import pytest

import world
from browser.pages import DESK, PHONE
from plusone.connect.commands import open_business
from plusone.kernel import clock

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def register(friend, link, name, phone, *, look=False):
    """Open a link and register: three fields, one tap, no password (UX task 8)."""
    friend.begin()
    friend.go(link)
    friend.sees("Ana L. invites you to Studio Vela", "thanked with a reward once you become a client")
    if look:
        friend.look()
    friend.type("First name", name)
    friend.type("E-mail", f"{name.lower()}@friends.example")
    friend.type("Phone (optional)", phone)
    friend.tap("Register")
    friend.sees(f"Check your e-mail: {name.lower()}@friends.example")
    if look:
        friend.look()
    friend.within(clicks=1, fields=3, loads=2, seconds=40)


def activate(owner, name, within=None, *, look=False):
    """Activate with one confirmation, which names the reward (UX task 11)."""
    owner.begin()
    owner.tap("Activate", role="link", within=within)
    dialog = owner.page.get_by_role("dialog", name=f"Activate {name}?")
    assert "Ana López will receive €15.00 of balance." in dialog.inner_text()
    if look:
        owner.look()
    owner.tap("Activate", within=dialog)
    owner.sees(f"{name} is an active client now.")
    assert owner.clicks == 2


@pytest.mark.refused
@SIZES
def test_from_get_started_to_forty_five_euros(person, size, settings):
    """R-010..R-012, R-020..R-027, R-045..R-059; UX tasks 2, 6, 8, 11, 22."""
    opened = open_business(
        name="Studio Vela",
        owner_email="olga@vela.example",
        kind="studio",
        country_code="ES",
        language="en",
        now=clock.now(),
    )
    gym, gym_url = opened.business, settings.BASE_URL
    ana = world.add_client(gym, "Ana", "López", phone="+34 600 00 00 01", now=clock.now())
    olga = person(size=size)

    # The owner logs in with the set-up link, gets started, and says 15 euros for the one who recommends.
    olga.go(f"/setup/{opened.setup_token}")
    olga.sees("This link logs you in as the owner of your business, once.")
    olga.look()
    olga.tap("Log in and start")
    olga.sees("Set up in six steps")
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

    # Ana finds her link in her own pages in two taps, and shares it (UX task 6).
    ana.refresh_from_db()
    her = person(size=size)
    her.log_in(world.login_of(ana))
    her.go(f"/p/{gym.slug}/")
    her.sees("Invite friends", "€0.00")
    her.look()
    her.begin()
    her.tap("All ways to share", role="link")
    her.sees("Your message")
    her.look()
    link = f"{gym_url}/r/{ana.code}"
    her.sees(link.partition("://")[2])
    whatsapp = her.page.get_by_role("link", name="WhatsApp").get_attribute("href")
    assert unquote(whatsapp).endswith(link)
    assert "I receive a reward once you become a client." in unquote(whatsapp)
    assert her.clicks + 1 <= 3

    # Three friends register, Ben without JavaScript.
    register(person(size=size, scripts=False), link, "Ben", "+34 600 11 22 01")
    register(person(size=size), link, "Eva", "+34 600 11 22 02", look=True)
    register(person(size=size), link, "Fay", "+34 600 11 22 03")

    # The owner sees each with e-mail, phone, date and referrer.
    olga.go(f"/b/{gym.slug}/leads/")
    today = clock.day_of(gym, clock.now())
    for name, phone in (("Ben", "+34600112201"), ("Eva", "+34600112202"), ("Fay", "+34600112203")):
        row = olga.page.get_by_role("row").filter(has_text=f"{name.lower()}@friends.example")
        said = row.inner_text()
        assert [what for what in (name, phone, "Ana López", str(today.day)) if what not in said] == []
    olga.look()

    # Activation from each of the three places: the leads, the client book, the profile.
    activate(olga, "Ben", olga.page.get_by_role("row").filter(has_text="ben@friends.example"))
    olga.go(f"/b/{gym.slug}/clients/")
    olga.sees("eva@friends.example")
    olga.look()
    activate(olga, "Eva", olga.page.get_by_role("row").filter(has_text="eva@friends.example"))
    olga.tap("Fay", role="link")
    olga.sees("When you activate them:")
    olga.look()
    activate(olga, "Fay", look=True)
    olga.look()

    # Ana sees 45 euros and three friends, each with their history.
    her.go(f"/p/{gym.slug}/")
    her.sees("€45.00")
    her.look()
    her.tap("Movements", role="link")
    her.sees("then €45.00", "then €30.00", "then €15.00")
    her.look()
    her.go(f"/p/{gym.slug}/refer/")
    assert "3 friends are clients thanks to you" in her.words()
    her.sees("Ben", "Eva", "Fay")
    her.look()

    # The owner sees the same on the overview and in the ranking, and stops the campaign (UX task 22).
    olga.go(f"/b/{gym.slug}/ambassadors/")
    olga.sees("Ana López", "€45.00")
    olga.look()
    olga.go(f"/b/{gym.slug}/campaign/")
    olga.sees("A changed offer makes new terms for later registrations.")
    olga.begin()
    olga.tap("Deactivate", role="link")
    dialog = olga.page.get_by_role("dialog", name="Deactivate the campaign?")
    dialog.wait_for()
    olga.look()
    olga.tap("Deactivate", within=dialog)
    olga.sees("The campaign has ended. Its links show a friendly page; balances stay.")
    olga.look()
    assert olga.clicks <= 3

    # The link refuses in friendly words, and the 45 euros stay.
    late = person(size=size)
    assert late.page.goto(link).status == 410
    late.look()
    her.go(f"/p/{gym.slug}/")
    her.sees("€45.00")
    her.look()
