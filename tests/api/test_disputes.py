"""Disputed payments: noted, won, lost, in any order of the news, with the rewards behind them (R-254, CASES 59)."""

from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from howoften import often
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger.commands import redeem
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.models import Message
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.progress import friends_of
from plusone.referrals.reasons import tell_reward
from plusone.rewards.models import Reward
from plusone.rules.engine import work
from plusone.store.commands import close_dispute, dispute, pay, place_order, refund
from plusone.store.models import Dispute, Order, Product, Refund
from world import EUR15, NOON, House, bring, later, launch, sell

from .calls import Caller, is_problem

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}


def bought(gym: Business, ana: Client, bono: Product, **terms: Any) -> Order:
    """Ben, whom Ana recommended, has paid 50 euros, and Ana has her 15 for it."""
    launch(gym, ambassador=EUR15, **terms)
    return sell(bring(ana, "Ben").friend, bono)


def test_a_lost_dispute_counts_as_a_refund(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    """R-254: disputed, nothing is taken yet; lost, the money is refunded and the reward goes. Twice acts once."""
    order = bought(gym, ana, bono)
    path = f"/orders/{order.public_id}"
    shown = vela.post(f"{path}/dispute", {"reason": "Not known to me"}).body
    assert (shown["state"], shown["dispute"]["amount"], shown["dispute"]["outcome"]) == ("disputed", 5000, None)
    assert vela.post(f"{path}/dispute").body == shown
    assert balance_of(gym, ana.pk, now=NOON).available == 1500
    lost = vela.post(f"{path}/dispute/close", {"outcome": "lost"}).body
    assert (lost["state"], lost["refunded_to_method"], lost["dispute"]["outcome"]) == ("refunded", 5000, "lost")
    assert vela.post(f"{path}/dispute/close", {"outcome": "lost"}).body == lost
    assert (Reward.objects.get().state, Refund.objects.count()) == ("revoked", 1)
    assert (balance_of(gym, ana.pk, now=NOON).available, faults(gym)) == (0, [])
    assert is_problem(vela.post(f"{path}/dispute/close", {"outcome": "won"}), 409, "dispute_closed")
    told = Event.objects.filter(name__startswith="order.disput").order_by("id")
    assert [(event.name, event.data["amount"]) for event in told] == [
        ("order.disputed", 5000),
        ("order.dispute_closed", 5000),
    ]


def test_a_won_dispute_changes_nothing(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    order = bought(gym, ana, bono)
    path = f"/orders/{order.public_id}"
    vela.post(f"{path}/dispute")
    won = vela.post(f"{path}/dispute/close", {"outcome": "won"}).body
    assert (won["state"], won["refunded_to_method"]) == ("paid", 0)
    assert vela.post(f"{path}/dispute").body["state"] == "paid", "late news opens nothing again"
    assert balance_of(gym, ana.pk, now=NOON).available == 1500


def test_a_dispute_after_the_reward_was_spent_drives_no_balance_below_zero(
    gym: Business, ana: Client, bono: Product
) -> None:
    """CASES 59: the owner is told, and what was spent stays spent."""
    order = bought(gym, ana, bono)
    redeem(gym, ana.pk, 1200, key="spent", **WHO)
    dispute(order, **WHO)
    close_dispute(order, "lost", **WHO)
    balance = balance_of(gym, ana.pk, now=NOON)
    assert (balance.available, balance.revoked, balance.owed) == (0, 300, 0)
    assert faults(gym) == []


def test_the_balance_part_of_a_lost_dispute_stays_used(gym: Business, ana: Client, bono: Product) -> None:
    """The bank takes money back, not balance."""
    bought(gym, ana, bono)
    mine = sell(ana, bono, use_balance=True)
    dispute(mine, **WHO)
    close_dispute(mine, "lost", **WHO)
    mine.refresh_from_db()
    assert (mine.state, mine.refunded_to_method, mine.refunded_to_balance) == ("partially_refunded", 3500, 0)


@pytest.mark.parametrize("hold_days", [0, 14])
@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_nothing_is_given_while_a_payment_is_disputed(
    gym: Business, ana: Client, bono: Product, hold_days: int, outcome: str
) -> None:
    """R-254: disputed on the first day, Ana's reward waits past its verification period, whether that runs already or a
    second order makes it due; everyone reads why. Won, it is given; lost, it goes, and nothing was spent of it."""
    launch(gym, ambassador=EUR15, hold_days=hold_days, conditions=[{"kind": "spend", "at_least": 10_000}])
    ben = bring(ana, "Ben").friend
    first = sell(ben, bono)
    if hold_days:
        sell(ben, bono)
    dispute(first, **WHO)
    if not hold_days:
        sell(ben, bono)
    end_holds(later(20))
    reward = Reward.objects.select_related("business", "client").get()
    assert (reward.state, reward.reason) == ("on_hold", "disputed")
    assert tell_reward(reward, to="staff").sentence.endswith("and waits: a payment behind it is disputed.")
    (shown,) = friends_of(ana, most=5, now=later(20)).shown
    assert shown.sentence.endswith("a payment behind it is still being checked.")
    close_dispute(first, outcome, actor="user:1", now=later(21))
    end_holds(later(21))
    reward.refresh_from_db()
    assert (reward.state, reward.reason) == {"won": ("granted", ""), "lost": ("revoked", "dispute_lost")}[outcome]
    assert balance_of(gym, ana.pk, now=later(21)).available == (1500 if outcome == "won" else 0)


def test_a_gift_for_registering_waits_for_no_dispute(gym: Business, ana: Client, bono: Product) -> None:
    """CONTRACT friend_reward_on: Ben's gift stands on no payment; its five days run on while his money is disputed, and
    what Ana receives for that money waits, with a reason of its own."""
    terms = {"friend": EUR15, "friend_reward_on": "registered", "friend_hold_days": 5, "hold_days": 3}
    order = bought(gym, ana, bono, **terms)
    dispute(order, actor="user:1", now=later(1))
    told = Reward.objects.order_by("side").values_list("side", "state", "reason")
    assert list(told) == [("ambassador", "on_hold", "disputed"), ("friend", "on_hold", "hold")]
    end_holds(later(6))
    assert (
        balance_of(gym, order.client_id, now=later(6)).available,
        balance_of(gym, ana.pk, now=later(6)).available,
    ) == (
        1500,
        0,
    )
    assert Reward.objects.get(side="ambassador").reason == "disputed"


def test_what_cannot_be_disputed_is_refused(vela: Caller, gym: Business, ana: Client, bono: Product) -> None:
    order = place_order(gym, ana, [(bono, 1)], **WHO)
    path = f"/orders/{order.public_id}"
    assert is_problem(vela.post(f"{path}/dispute"), 409, "not_paid")
    assert is_problem(vela.post(f"{path}/dispute/close", {"outcome": "won"}), 409, "not_disputed")
    assert is_problem(vela.post(f"{path}/dispute/close", {"outcome": "maybe"}), 422, "validation")
    assert Dispute.objects.count() == 0


def test_a_wholly_refunded_order_stays_refunded(
    vela: Caller, gym: Business, house: House, ana: Client, bono: Product, client: Browser
) -> None:
    """R-254: nothing of its money is left, so the news of a dispute opens none, and its page offers none; of half of
    it, it opens that half."""
    order = bought(gym, ana, bono)
    refund(order, **WHO)
    assert is_problem(vela.post(f"/orders/{order.public_id}/dispute"), 409, "nothing_left")
    order.refresh_from_db()
    assert (order.state, Dispute.objects.count()) == ("refunded", 0)
    client.force_login(house.owner)
    page, act = (reverse(f"b:{name}", args=[gym.slug, order.public_id]) for name in ("order", "order_dispute"))
    assert act not in client.get(page).content.decode()
    half = sell(order.client, bono)
    refund(half, 2000, **WHO)
    assert vela.post(f"/orders/{half.public_id}/dispute").body["dispute"]["amount"] == 3000


def play(gym: Business, client: Client, bono: Product, news: tuple[str, ...]) -> tuple[Any, ...]:
    """Deliver the news of an order in this order; who is refused comes again, as providers do. Return how it ends."""
    made: list[Order] = []

    def created() -> None:
        made.append(place_order(gym, client, [(bono, 1)], **WHO))

    acts: dict[str, Callable[[], object]] = {
        "created": created,
        "paid": lambda: pay(made[0], method="cash", **WHO),
        "refunded": lambda: refund(made[0], **WHO),
        "disputed": lambda: dispute(made[0], **WHO),
        "won": lambda: close_dispute(made[0], "won", **WHO),
    }
    waiting = list(news)
    while waiting:
        later = []
        for name in waiting:
            try:
                acts[name]()
            except (Refused, IndexError):
                later.append(name)
        if later == waiting:  # nothing was left to dispute when the bank asked
            assert set(later) == {"disputed", "won"}
            break
        waiting = later
    order = Order.objects.get(pk=made[0].pk)
    assert waiting or order.dispute.outcome == "won"
    return order.state, order.refunded_to_method, order.refunds.count()


def test_any_order_of_the_news_ends_the_same(gym: Business, ana: Client, bono: Product) -> None:
    """IDEM-9: all 120 orders of created, paid, refunded, disputed, won before a release, a drawn few in every run."""
    every = list(permutations(("created", "paid", "refunded", "disputed", "won")))
    drawn = Random(9).sample(every, often(8, len(every)))
    assert {play(gym, ana, bono, news) for news in drawn} == {("refunded", 5000, 1)}


def test_staff_mark_it_are_told_and_say_how_it_ended(
    gym: Business, house: House, ana: Client, bono: Product, client: Browser
) -> None:
    """R-254, CASES 59: a task at home, a mail to the owner, a badge on the client; before "lost" what will go."""
    order = bought(gym, ana, bono)
    client.force_login(house.owner)
    page, act = (reverse(f"b:{name}", args=[gym.slug, order.public_id]) for name in ("order", "order_dispute"))
    assert act in client.get(page).content.decode()
    assert client.get(act).status_code == 200
    assert Dispute.objects.count() == 0, "looking changes nothing"
    client.post(act, {"reason": "Card stolen"})
    home = client.get(reverse("b:home", args=[gym.slug])).content.decode()
    assert "1 pago en disputa" in home or "1 payment is disputed" in home
    assert "Card stolen" in client.get(page).content.decode()
    profile = client.get(reverse("b:client", args=[gym.slug, order.client.public_id])).content.decode()
    assert "badge-bad" in profile
    work(NOON)
    assert Message.objects.filter(template="order.disputed").count() == 1
    lost = reverse("b:order_dispute_lost", args=[gym.slug, order.public_id])
    assert "Ana" in client.get(lost).content.decode()
    assert Dispute.objects.get().is_open
    client.post(lost)
    order.refresh_from_db()
    assert (order.state, Reward.objects.get().state) == ("refunded", "revoked")
