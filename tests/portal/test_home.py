"""R-045..R-049, R-116, R-203, R-290, Q-08, Q-09: what a client sees on the first page and of their friends."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate, archive, delete_client
from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.ledger.commands import earn
from plusone.referrals.commands import deactivate_campaign, reject_referral
from plusone.referrals.models import Campaign
from plusone.referrals.progress import friends_of
from plusone.rewards.commands import decline
from plusone.rewards.models import Reward
from plusone.store.commands import create_membership_type, pay, place_order
from plusone.store.models import Coupon
from world import EUR10, add_client, bring, launch, make_product, open_salon, sell

from .conftest import LogIn

pytestmark = pytest.mark.django_db

PHRASES = {
    "Eva": "a coupon of €8.00 for one order (valid for 60 days)",
    "Tom": "€10.00 of balance",
    "Kim": "the membership “First visit” as a present",
}
MONEY = re.compile(r"€|EUR|[Bb]alance|[Rr]eward|gift")


def words(browser: Browser, path: str, status: int = 200) -> str:
    response = browser.get(path)
    assert response.status_code == status
    text = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.S)
    return " ".join(text.split())


def test_a_client_with_rewards_sees_balance_link_and_friends(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-045, R-046, R-047: three friends, two of them clients: 30.00 to use."""
    for name in ("Ben", "Eva"):
        activate(bring(ana, name).friend, actor="user:1", now=clock.now())
    bring(ana, "Tom")
    page = words(log_in(ana), "/p/studio-vela/")
    for said in ("Hello, Ana", "Available balance €30.00", "2 friends are clients thanks to you", "Tom Registered"):
        assert said in page


def test_pending_rewards_are_apart(gym: Business, ana: Client, log_in: LogIn) -> None:
    """R-046: on hold is not available."""
    launch(gym, hold_days=14)
    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    page = words(log_in(ana), "/p/studio-vela/")
    assert "Available balance €0.00 €15.00 more is on its way." in page
    day = clock.day_of(gym, clock.now() + timedelta(days=14)).strftime("%b %-d, %Y")
    assert f"You can use €15.00 of balance from {day} on." in page


@pytest.mark.parametrize("path", ["", "refer/", "balance/", "refer/friends/"])
def test_without_rewards_no_money_word_anywhere(gym: Business, ana: Client, log_in: LogIn, path: str) -> None:
    """R-048, Q-08."""
    launch(gym, ambassador=None)
    activate(bring(ana, "Ben").friend, actor="user:1", now=clock.now())
    response = log_in(ana).get(f"/p/studio-vela/{path}", follow=True)
    page = re.sub(r"<(script|style|svg).*?</\1>", "", response.content.decode(), flags=re.S)
    assert not MONEY.search(page)
    if not path:
        assert "friend is a client thanks to you" in page


def test_a_balance_from_before_stays_visible(gym: Business, ana: Client, log_in: LogIn) -> None:
    """Q-08, CASES 4: rewards switched off, or the campaign over: what was earned is there and spendable."""
    earn(gym, ana.pk, 2000, key="old", ref=("reward", 1), actor="user:1", now=clock.now())
    browser = log_in(ana)
    assert "Available balance €20.00" in words(browser, "/p/studio-vela/")
    launch(gym, ambassador=None)
    assert "Available balance €20.00" in words(browser, "/p/studio-vela/")
    deactivate_campaign(Campaign.objects.get(), actor="user:1", now=clock.now())
    page = words(browser, "/p/studio-vela/refer/")
    assert "No invitations at the moment" in page
    assert f"/r/{ana.code}" not in page


def test_a_lead_has_a_gift_and_a_store_but_no_link_until_active(ana: Client, campaign: None, log_in: LogIn) -> None:
    """Q-09, R-105: then it is their turn."""
    ben = bring(ana, "Ben").friend
    browser = log_in(ben)
    page = words(browser, "/p/studio-vela/") + words(browser, "/p/studio-vela/refer/")
    assert "Available balance €10.00" in page
    assert "Your welcome gift is here: €10.00 of balance." in page
    assert "After your first purchase you can invite friends yourself." in page
    assert ben.code not in page
    assert browser.get("/p/studio-vela/refer/qr/").status_code == 302
    activate(ben, actor="user:1", now=clock.now())
    page = browser.get("/p/studio-vela/").content.decode()
    assert "Your turn: invite your friends" in page
    assert f"/r/{ben.code}" in page


def test_an_archived_client_has_store_and_balance_only(
    ana: Client, gym: Business, campaign: None, log_in: LogIn
) -> None:
    """R-203."""
    earn(gym, ana.pk, 700, key="old", ref=("reward", 1), actor="user:1", now=clock.now())
    archive(ana, actor="user:1", now=clock.now())
    browser = log_in(ana)
    for path in ("", "refer/", "refer/qr/"):
        response = browser.get(f"/p/studio-vela/{path}", follow=True)
        assert response.redirect_chain[-1][0] == "/p/studio-vela/store/"
    page = browser.get("/p/studio-vela/store/").content.decode()
    assert re.findall(r'href="/p/studio-vela/(\w+)/"[^>]*>\s*<span class="icon-wrap"', page) == [
        "store",
        "balance",
        "me",
    ]
    assert "Available balance €7.00" in words(browser, "/p/studio-vela/balance/")


def test_each_friends_progress_is_said_in_words_with_a_date(gym: Business, ana: Client) -> None:
    """R-116, R-290: registered, in review, completed, not eligible with its reason; short names only (R-049)."""
    launch(gym, approval="manual")
    product, now = make_product(gym), clock.now()
    friends = {name: bring(ana, name, now=now) for name in ("Ben", "Eva", "Tom", "Lea", "Max", "Kim")}
    friends["Ben"].friend.last_name = "Ortiz"
    friends["Ben"].friend.save()
    sell(friends["Ben"].friend, product, now=now)
    for name in ("Eva", "Tom"):
        activate(friends[name].friend, actor="user:1", now=now)
    eva, tom = (Reward.objects.get(source_id=friends[name].pk, side="ambassador") for name in ("Eva", "Tom"))
    from plusone.rewards.commands import approve

    approve(eva, actor="user:1", now=now)
    decline(tom, actor="user:1", now=now)
    reject_referral(friends["Lea"], actor="user:1", now=now)
    delete_client(friends["Max"].friend, actor="user:1", now=now)
    said = {friend.name: (friend.state, friend.sentence) for friend in friends_of(ana, most=10, now=clock.now()).shown}
    day = clock.day_of(gym, now).strftime("%b %-d, %Y")
    missing = "Waiting for the first purchase, or for the business to activate them."
    ask = "If you think this is wrong, write to Studio Vela."
    assert said == {
        "Ben O.": (
            "in_review",
            f"A client since {day}. Studio Vela still has to confirm €15.00 of balance; you need do nothing.",
        ),
        "Eva": ("completed", f"A client since {day}. You received €15.00 of balance on {day}."),
        "Tom": ("ineligible", f"Studio Vela looked at €15.00 of balance on {day} and did not give it. {ask}"),
        "Lea": ("ineligible", f"On {day} Studio Vela did not accept this recommendation. {ask}"),
        "Deleted client": (
            "ineligible",
            f"The friend did not become a client; this recommendation ended on {day}. {ask}",
        ),
        "Kim": (
            "registered",
            f"Registered on {day}. {missing} Then you receive €15.00 of balance.",
        ),
    }


def test_numbers_leave_out_who_was_rejected(ana: Client, campaign: None) -> None:
    first, second = bring(ana, "Ben"), bring(ana, "Eva")
    activate(first.friend, actor="user:1", now=clock.now())
    reject_referral(second, actor="user:1", now=clock.now())
    friends = friends_of(ana, most=1, now=clock.now())
    assert (len(friends.shown), friends.registered, friends.active) == (1, 1, 1)


def test_no_surname_address_or_phone_of_a_friend(ana: Client, campaign: None, log_in: LogIn) -> None:
    """R-049, ISO-9, CASES 84: nor anybody whom another client brought."""
    from plusone.clients.commands import edit_client

    ben = bring(ana, "Ben", email="ben.ortiz@friends.example").friend
    edit_client(ben, last_name="Ortiz", phone="+34600777888", actor="user:1", now=clock.now())
    theirs = bring(add_client(ana.business, "Marta"), "Zenobia")
    browser = log_in(ana)
    pages = "".join(
        browser.get(f"/p/studio-vela/{path}").content.decode() for path in ("", "refer/", "refer/friends/", "balance/")
    )
    assert "Ben O." in pages
    for secret in ("Ortiz", "ortiz", "600777888", ben.public_id, ben.code, "Zenobia", "Marta", theirs.public_id):
        assert secret not in pages


def test_queries_do_not_grow_with_friends(
    ana: Client, campaign: None, log_in: LogIn, django_assert_max_num_queries: Any
) -> None:
    """A fixed number for each page, at most 19, with one friend as with three."""
    browser = log_in(ana)
    for name in ("Ben", "Eva", "Tom"):
        activate(bring(ana, name).friend, actor="user:1", now=clock.now())
        for path in ("", "refer/", "balance/", "refer/friends/"):
            with django_assert_max_num_queries(19):
                browser.get(f"/p/studio-vela/{path}")


def test_another_business_and_another_client_are_not_there(ana: Client, campaign: None, log_in: LogIn) -> None:
    """ISO-1, ISO-9, ISO-10."""
    zoe = add_client(open_salon().business, "Zoé", email="zoe@clients.example")
    assert log_in(ana).get("/p/salon-lune/").status_code == 404
    assert log_in(zoe).get("/p/studio-vela/").status_code == 404
    assert Browser().get("/p/studio-vela/").status_code == 302


def test_personal_pages_are_not_kept(ana: Client, campaign: None, log_in: LogIn) -> None:
    """ISO-11."""
    control = log_in(ana).get("/p/studio-vela/")["Cache-Control"]
    assert "no-store" in control
    assert "private" in control


def test_the_app_can_be_installed(ana: Client, gym: Business, log_in: LogIn) -> None:
    browser = Browser()
    manifest = browser.get("/p/studio-vela/app.webmanifest")
    described = manifest.json()
    assert (described["name"], described["start_url"], described["display"]) == (
        "Studio Vela",
        "/p/studio-vela/",
        "standalone",
    )
    for icon in described["icons"]:
        assert browser.get(icon["src"])["Content-Type"] == "image/png"
    assert 'rel="manifest"' in log_in(ana).get("/p/studio-vela/").content.decode()
    worker = browser.get("/p/studio-vela/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert b"/p/studio-vela/refer/qr/" in worker.content


def test_a_gift_that_is_still_to_come_is_announced(gym: Business, ana: Client, log_in: LogIn) -> None:
    launch(gym, friend={"kind": "balance", "amount": 1000}, friend_reward_on="qualified")
    page = words(log_in(bring(ana, "Ben").friend), "/p/studio-vela/")
    assert "You receive €10.00 of balance once you become a client." in page
    assert "You become a client with your first purchase, or when Studio Vela makes you one." in page
    assert "Available balance €0.00" in page


def test_a_gift_that_is_used_up_is_not_said_to_wait(gym: Business, ana: Client, log_in: LogIn) -> None:
    """R-116: a coupon that was redeemed, balance that is spent, a membership that is over: received, and no more."""
    bono, now = make_product(gym), clock.now()
    one = create_membership_type(gym, name="First visit", kind="pack", price=0, uses=1, valid_days=30, now=now)
    coupon = {"kind": "coupon", "amount": 800, "valid_days": 60}
    visit = {"kind": "membership", "membership_type": one.public_id}
    for gift, name in ((coupon, "Eva"), (EUR10, "Tom"), (visit, "Kim")):
        launch(gym, friend=gift)
        friend = bring(ana, name, now=now).friend
        page = words(log_in(friend), "/p/studio-vela/")
        assert "Your welcome gift is here" in page
        assert ("First visit Active · valid until " in page) == (name == "Kim")  # nothing was paid for it
        if name == "Kim":
            activate(friend, actor="user:1", now=now)
            mark_visit(friend, key="first", actor="user:1", now=now)
        else:
            code = Coupon.objects.get(client=friend).code if name == "Eva" else ""
            order = place_order(gym, friend, [(bono, 1)], use_balance=True, coupon=code, actor="user:1", now=now)
            pay(order, method="cash", actor="user:1", now=now)
        page = words(log_in(friend), "/p/studio-vela/")
        for said in ("gift is here", "shows the code", "your next order", "just come", "You find it"):
            assert said not in page
        assert f"You received {PHRASES[name]} on " in page
        deactivate_campaign(Campaign.objects.get(state="active"), actor="user:1", now=now)


def test_who_chose_no_language_reads_the_one_of_their_registration(ana: Client, campaign: None, log_in: LogIn) -> None:
    from plusone.clients.commands import edit_client
    from plusone.kernel.models import User

    browser = log_in(ana)
    edit_client(ana, language="fr", actor="user:1", now=clock.now())
    assert '<html lang="en"' in browser.get("/p/studio-vela/").content.decode()
    User.objects.update(language="")
    assert '<html lang="fr"' in browser.get("/p/studio-vela/", HTTP_ACCEPT_LANGUAGE="es").content.decode()


def test_each_step_stands_with_its_friend(gym: Business, ana: Client, log_in: LogIn) -> None:
    """R-297, R-116: the offer names every step, and each friend shows how far each one is."""
    steps = [{"name": "Loyal", "conditions": [{"kind": "spend", "at_least": 9000}], "ambassador_reward": EUR10}]
    launch(gym, steps=steps)
    sell(bring(ana, "Ben").friend, make_product(gym))
    for page in (f"/p/{gym.slug}/", f"/p/{gym.slug}/refer/"):
        said = words(log_in(ana), page)
        assert "You also receive €10.00 of balance once the friend has spent €90.00." in said
        assert "Loyal · €40.00 more to spend. Then you also receive €10.00 of balance." in said


def test_friends_cost_the_same_however_many_and_whatever_is_asked(
    gym: Business, ana: Client, log_in: LogIn, django_assert_num_queries: Any
) -> None:
    """PERFORMANCE 3: one look at what all friends did, where the terms ask for orders, spending, visits and checks."""
    asked = [{"kind": "orders", "at_least": 3}, {"kind": "spend", "at_least": 90_000}]
    steps = [{"name": "Regular", "conditions": [{"kind": "sessions_attended", "at_least": 4}]}]
    steps.append({"name": "Known", "conditions": [{"kind": "check", "text": "Form"}]})
    launch(gym, conditions=asked, steps=[{**step, "ambassador_reward": EUR10} for step in steps])
    product, browser = make_product(gym), log_in(ana)
    for count in (1, 3):
        for number in range(count):
            sell(bring(ana, f"Ben{count}{number}").friend, product)
        browser.get("/p/studio-vela/refer/friends/")
        with django_assert_num_queries(6):
            page = words(browser, "/p/studio-vela/refer/friends/")
    assert page.count("1 of 3 orders paid. €850.00 more to spend.") == 4
