"""Caps and budget: what they count, what they give back, and who hears of it (R-114, MON-7, PEERS b6)."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from dashboard.conftest import browser_of
from dashboard.pages import text_of
from plusone.clients.commands import activate, edit_client
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business, User
from plusone.ledger.commands import redeem
from plusone.ledger.queries import balance_of
from plusone.messaging.models import Message
from plusone.referrals.budgets import budgets_running_out
from plusone.referrals.commands import edit_campaign, end_holds
from plusone.referrals.offers import offer_of, read_offer
from plusone.referrals.progress import friends_of
from plusone.referrals.reasons import tell_reward
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import refund
from plusone.store.models import Product
from world import EUR10, NOON, House, add_client, bring, later, launch, login_of, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
FIRST_PAYMENT = [{"kind": "orders", "at_least": 1}]


def ends() -> list[tuple[str, int | None]]:
    return list(Reward.objects.order_by("id").values_list("state", "amount"))


def test_a_cap_on_money_in_all(gym: Business, ana: Client) -> None:
    """Of 25 in all the third reward of 10 is clamped to 5, in another month too, and the fourth is none."""
    launch(gym, ambassador=EUR10, caps={"amount_total": 2500})
    for number, name in enumerate(("Ben", "Cleo", "Dan", "Eva")):
        activate(bring(ana, name).friend, actor="user:1", now=later(40 * number))
    assert ends() == [("granted", 1000), ("granted", 1000), ("granted", 500), ("capped", 1000)]
    assert Reward.objects.get(state="capped").reason == "cap_amount"


def test_a_month_is_the_business_s_own(gym: Business, ana: Client) -> None:
    """R-114, CONTRACT: one reward a month, counted where the studio stands: in Madrid March ends at 22:00 UTC, and
    April two hours before the world's."""
    launch(gym, ambassador=EUR10, caps={"rewards_per_month": 1})
    moments = ("2026-03-31T21:59", "2026-03-31T22:00", "2026-04-30T21:59", "2026-04-30T22:00")
    for name, moment in zip(("Ben", "Cleo", "Dan", "Eva"), moments, strict=True):
        at = datetime.fromisoformat(f"{moment}+00:00")
        activate(bring(ana, name, now=at).friend, actor="user:1", now=at)
    assert [state for state, _amount in ends()] == ["granted", "granted", "capped", "granted"]


@pytest.mark.parametrize(
    ("caps", "said", "then"),
    [
        ({"rewards_per_month": 1}, "all the rewards that the campaign allows in a month", "from Apr 1, 2026 on"),
        ({"amount_per_month": 1000}, "the amount that the campaign allows in a month", "from Apr 1, 2026 on"),
        ({"rewards_total": 1}, "as many rewards as the campaign allows in all", "write to Studio Vela"),
        ({"amount_total": 1000}, "the amount that the campaign allows in all", "write to Studio Vela"),
        ({"rewards_per_month": 1, "rewards_total": 9}, "the campaign allows in a month", "from Apr 1, 2026 on"),
        ({"rewards_per_month": 9, "rewards_total": 1}, "the campaign allows in all", "write to Studio Vela"),
        ({"amount_per_month": 1000, "amount_total": 9000}, "the campaign allows in a month", "from Apr 1, 2026 on"),
        ({"amount_per_month": 9000, "amount_total": 1000}, "the campaign allows in all", "write to Studio Vela"),
        # Where both are met, a new month would change nothing.
        ({"rewards_per_month": 1, "amount_total": 1000}, "the campaign allows in all", "write to Studio Vela"),
    ],
)
def test_who_met_a_limit_reads_which_and_of_a_month_when_the_next_begins(
    gym: Business, ana: Client, caps: dict[str, int], said: str, then: str
) -> None:
    """R-290: the limit that was met, also of several, and a date where there is one."""
    launch(gym, ambassador=EUR10, caps=caps)
    for name in ("Ben", "Cleo"):
        activate(bring(ana, name).friend, **WHO)
    with translation.override("en"):
        told = tell_reward(Reward.objects.select_related("business", "client").get(state="capped"), to="client")
    assert said in told.sentence
    assert then in told.next


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"budget": 2500}, "no more was left of the campaign's budget"),
        ({"caps": {"amount_total": 2500}}, "no more was left of what the campaign allows one person in all"),
        (
            {"caps": {"amount_per_month": 2500, "amount_total": 9900}},
            "no more was left of what the campaign allows one person in a month",
        ),
    ],
)
def test_a_reward_that_a_limit_made_smaller_says_what_it_would_have_been(
    gym: Business, ana: Client, limit: dict[str, Any], said: str
) -> None:
    """R-116, R-290: 5.00 came where 10.00 was promised; staff, ambassador, mail and a program read why."""
    launch(gym, ambassador=EUR10, **limit)
    for name in ("Ben", "Cleo", "Dan"):
        activate(bring(ana, name).friend, **WHO)
    work(NOON)
    reward = Reward.objects.select_related("business", "client").get(amount=500)
    why = f"It would have been €10.00; {said}"
    with translation.override("en"):
        assert why in tell_reward(reward, to="staff").sentence
        assert why in friends_of(ana, most=9, now=NOON).shown[0].sentence
    told = Message.objects.get(client=ana, template="reward.granted", channel="email", subject__contains="5,00")
    assert "Habrían sido 10,00" in told.text
    assert (reward.full_amount, reward.met_limit) == (1000, next(iter(limit.get("caps", limit))))


def test_a_share_that_a_refund_made_smaller_before_it_was_given_says_so(
    gym: Business, ana: Client, bono: Product
) -> None:
    """R-290: inside the hold a fifth of 50.00 becomes a fifth of 30.00; both read why, then and once it is given."""
    launch(gym, ambassador={"kind": "balance", "percent": 20}, conditions=FIRST_PAYMENT, hold_days=14)
    ben = bring(ana, "Ben")
    order = sell(ben.friend, bono)
    refund(order, 2000, actor="user:1", now=later(1))
    why = "It was €10.00 before part of the purchase was refunded."
    for day in (2, 14):
        end_holds(later(day))
        reward = Reward.objects.select_related("business", "client").get()
        assert (reward.state, reward.amount) == ("granted" if day == 14 else "on_hold", 600)
        with translation.override("en"):
            assert why in tell_reward(reward, to="staff").sentence
            assert why in friends_of(ana, most=9, now=later(day)).shown[0].sentence


def test_a_reward_that_is_wholly_taken_back_gives_its_room_back(gym: Business, ana: Client, bono: Product) -> None:
    """A budget of 10: the first reward goes with its purchase, and the next friend's is given; capped stays capped."""
    launch(gym, ambassador=EUR10, budget=1000, caps={"rewards_total": 1}, conditions=FIRST_PAYMENT)
    order = sell(bring(ana, "Ben").friend, bono)
    sell(bring(ana, "Cleo").friend, bono)
    assert [state for state, _amount in ends()] == ["granted", "capped"]
    refund(order, **WHO)
    sell(bring(ana, "Dan").friend, bono)
    assert [state for state, _amount in ends()] == ["revoked", "capped", "granted"]
    assert balance_of(gym, ana.pk, now=NOON).available == 1000


def test_what_was_spent_stays_counted(gym: Business, ana: Client, bono: Product) -> None:
    """Of 10 Ana has spent 7: 3 were taken back, so 3 can be given again; her one reward stays counted."""
    launch(gym, ambassador=EUR10, budget=1000, conditions=FIRST_PAYMENT)
    order = sell(bring(ana, "Ben").friend, bono)
    redeem(gym, ana.pk, 700, key="spent", **WHO)
    refund(order, **WHO)
    sell(bring(ana, "Cleo").friend, bono)
    assert ends() == [("revoked", 1000), ("granted", 300)]


@pytest.mark.parametrize(("spent", "next_one"), [(0, 500), (400, 200)])
def test_a_percentage_that_shrinks_gives_back_what_was_taken(
    gym: Business, ana: Client, bono: Product, spent: int, next_one: int
) -> None:
    """Of 5 euros 4 are too much: what Ana has spent of them was given, and stays counted."""
    launch(gym, ambassador={"kind": "balance", "percent": 10}, budget=600, conditions=FIRST_PAYMENT)
    order = sell(bring(ana, "Ben").friend, bono)
    if spent:
        redeem(gym, ana.pk, spent, key="spent", **WHO)
    refund(order, 4000, **WHO)
    sell(bring(ana, "Cleo").friend, bono)
    assert ends() == [("granted", 100), ("granted", next_one)]


def test_caps_of_an_ambassador_are_no_friend_s(gym: Business, ana: Client) -> None:
    """R-114: of 5 euros at most for Ana, Ben's gift of 10 is as large as it was promised."""
    launch(gym, friend=EUR10, ambassador=EUR10, caps={"amount_total": 500})
    ben = bring(ana, "Ben").friend
    activate(ben, **WHO)
    assert [balance_of(gym, client.pk, now=NOON).available for client in (ben, ana)] == [1000, 500]


def test_the_owner_hears_of_the_budget_once_each(gym: Business, house: House, ana: Client, client: Browser) -> None:
    """MON-7: a mail at 80 and at 100 per cent, and a banner on home, overview and campaign until it is raised."""
    campaign = launch(gym, ambassador=EUR10, budget=5000)
    client.force_login(house.owner)
    User.objects.filter(pk=house.owner.pk).update(language="en")
    gym.language = "en"
    gym.save(update_fields=["language"])
    pages = [reverse(f"b:{name}", args=[gym.slug]) for name in ("home", "overview", "campaign")]

    def said(words: str) -> list[bool]:
        answers = [client.get(page, headers={"Accept-Language": "en"}) for page in pages]
        return [words in answer.content.decode() for answer in answers]

    for number, name in enumerate(("Ben", "Cleo", "Dan", "Eva")):
        assert said("budget is running out") == [False] * 3
        activate(bring(add_client(gym, f"Amb {number}"), name).friend, **WHO)
    assert said("budget is running out") == [True] * 3
    for name in ("Fay", "Gus"):
        activate(bring(ana, name).friend, **WHO)
    assert said("Friends who register now are not rewarded") == [True] * 3
    work(NOON)
    assert Message.objects.filter(template="budget.reached").count() == 2
    raised = read_offer(gym, {"budget": 9000}, base=offer_of(campaign.terms))
    edit_campaign(campaign, offer=raised, **WHO)
    assert budgets_running_out(gym) == []
    for name in ("Hal", "Ivy", "Joe"):
        activate(bring(add_client(gym, f"Amb {name}"), name).friend, **WHO)
    told = Event.objects.filter(name="budget.reached").order_by("id")
    assert [(event.data["percent"], event.data["budget"]) for event in told] == [(80, 5000), (100, 5000), (80, 9000)]


def test_what_a_used_up_budget_cannot_give_is_promised_to_nobody(gym: Business, ana: Client, client: Browser) -> None:
    """CASES 88: neither to the friend who opens the link, nor to who would share it; raised, all is as it was."""
    campaign = launch(gym, friend=EUR10, ambassador=EUR10, budget=2000)
    activate(bring(ana, "Ben").friend, **WHO)
    edit_client(ana, language="en", **WHO)
    her = browser_of(login_of(ana))

    def pages() -> list[str]:
        invitation = client.get(f"/join/{ana.code}?lang=en")
        return [text_of(page) for page in (invitation, her.get(f"/p/{gym.slug}/refer/"), her.get(f"/p/{gym.slug}/"))]

    said, spent = (
        ("Your welcome gift €10.00", "You receive €10.00", "You receive €10.00"),
        "budget of this campaign is used up",
    )
    invitation, refer, home = pages()
    assert "€10.00" not in invitation
    assert "Register to hear from Studio Vela." in invitation
    assert spent in refer
    assert spent in home
    assert [promise for promise, page in zip(said, (invitation, refer, home), strict=True) if promise in page] == []
    bring(ana, "Eva")
    work(NOON)
    thanks = Message.objects.get(client=ana, template="referral.thanks", text__contains="Eva")
    assert "€10.00" not in thanks.text
    assert "You can follow on your page how it goes on." in thanks.text
    edit_campaign(campaign, offer=read_offer(gym, {"budget": 9000}, base=offer_of(campaign.terms)), **WHO)
    after = pages()
    assert [promise for promise, page in zip(said, after, strict=True) if promise not in page] == []
    assert [page for page in after if spent in page] == []


def test_a_budget_that_was_raised_is_not_told_of_any_more(gym: Business, ana: Client, bono: Product) -> None:
    """MON-7: Ben keeps the terms of the smaller budget, of which nobody hears once the larger one was told of."""
    campaign = launch(gym, ambassador=EUR10, budget=1000, conditions=FIRST_PAYMENT)
    ben = bring(ana, "Ben").friend
    edit_campaign(campaign, offer=read_offer(gym, {"budget": 2000}, base=offer_of(campaign.terms)), **WHO)
    orders = [sell(bring(ana, name).friend, bono) for name in ("Cleo", "Dan")]
    for order in orders:
        refund(order, **WHO)
    sell(ben, bono)
    assert [state for state, _amount in ends()] == ["granted", "revoked", "revoked"]
    told = Event.objects.filter(name="budget.reached")
    assert [(event.data["percent"], event.data["budget"]) for event in told] == [(100, 2000)]


def test_ten_rewards_in_a_month_are_told_once_and_hold_nothing(gym: Business, ana: Client) -> None:
    """PEERS b6: a soft alert at the tenth; the eleventh is given too, and the next month begins anew."""
    launch(gym, ambassador=EUR10)
    for number in range(11):
        activate(bring(ana, f"Friend {number}", email=f"f{number}@friends.example").friend, **WHO)
    assert [event.data["number"] for event in Event.objects.filter(name="reward.many")] == [10]
    assert Reward.objects.filter(state="granted").count() == 11
    work(NOON)
    assert Message.objects.filter(template="reward.many").count() == 1
