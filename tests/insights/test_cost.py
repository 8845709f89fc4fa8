"""What a draft would have cost, against an independent computation over a history in the format of CDNOW."""

import csv
import random
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client as Browser

from plusone.connect.imports import import_clients, import_orders
from plusone.insights.queries import Friend, Paid, replay, would_cost
from plusone.kernel.models import Business, User
from plusone.referrals.offers import Offer
from plusone.rewards.models import Reward
from world import EUR10, EUR15, NOON, House, bring, later, make_product, sell

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[2] / "scripts" / "cdnow_to_csv"
DRAFT = Offer(
    friend_reward={"kind": "balance", "amount": 1000},
    ambassador_reward={"kind": "balance", "percent": 12.5},
    conditions=[{"kind": "activated"}, {"kind": "spend", "at_least": 5000}],
    hold_days=14,
    caps={"amount_per_month": 300},
)


def generate(path: Path) -> None:
    """Write purchases as CDNOW_master.txt has them: customer, day, quantity, amount."""
    draw = random.Random(20)
    lines = []
    for customer in range(1, 251):
        day = date(1997, 1, 1) + timedelta(days=draw.randrange(90))
        for _purchase in range(draw.choice((1, 1, 2, 3, 6))):
            lines.append(f" {customer:05d} {day:%Y%m%d} {draw.randrange(1, 5)} {draw.randrange(0, 9000) / 100:6.2f}")
            day += timedelta(days=draw.randrange(1, 200))
    path.write_text("\n".join(lines) + "\n")


def recount(folder: Path) -> tuple[int, int, int, tuple[str, int]]:
    """Return (total, clients, money of friends, worst month) from the two files alone."""
    with (folder / "clients.csv").open() as file:
        by = {row["external_id"]: row["referred_by"] for row in csv.DictReader(file) if row["referred_by"]}
    bought: dict[str, list[tuple[date, int]]] = defaultdict(list)
    with (folder / "orders.csv").open() as file:
        for row in csv.DictReader(file):
            cents = round(float(row["amount"]) * 100)
            bought[row["customer"]].append((date.fromisoformat(row["date"]), cents))
    # All came in the first months of 1997, so that year is the one that is shown.
    since, last = date(1997, 1, 1), date(1997, 12, 31)
    given: list[tuple[date, str, int]] = []
    ambassadors: list[tuple[date, str, int]] = []
    spent = 0
    for friend, ambassador in by.items():
        orders = sorted(bought[friend], key=lambda one: one[0])
        start = orders[0][0]
        spent += sum(cents for day, cents in orders if since <= day <= last)
        given.append((start, friend, 1000))
        total, first = 0, next((cents for _day, cents in orders if cents), 0)
        for day, cents in orders:
            total += cents
            if total >= 5000:
                if day <= start + timedelta(days=90):
                    worth = (first * 125 * 2 + 1000) // 2000
                    ambassadors.append((day + timedelta(days=14), ambassador, worth))
                break
    left: dict[tuple[str, str], int] = defaultdict(lambda: 300)
    for day, ambassador, worth in sorted(ambassadors, key=lambda one: one[0]):
        month = f"{day:%Y-%m}"
        worth = min(worth, left[ambassador, month])
        left[ambassador, month] -= worth
        if worth:
            given.append((day, ambassador, worth))
    inside = [one for one in given if since <= one[0] <= last]
    months: dict[str, int] = defaultdict(int)
    for day, _who, worth in inside:
        months[f"{day:%Y-%m}"] += worth
    worst = max(months.items(), key=lambda one: one[1])
    return sum(months.values()), len({who for _day, who, _worth in inside}), spent, worst


def test_a_draft_over_imported_history_is_what_the_files_alone_say(gym: Business, tmp_path: Path) -> None:
    """Q-01, MON-17: gifts, percentages, thresholds, deadline, hold and monthly cap, over a year that is long over."""
    generate(tmp_path / "master.txt")
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path / "master.txt"), str(tmp_path)], check=True)
    import_clients(gym, tmp_path / "clients.csv", actor="user:1", now=NOON)
    import_orders(gym, tmp_path / "orders.csv", actor="user:1", now=NOON)
    cost = would_cost(gym, DRAFT, now=NOON)
    assert cost.worst is not None
    assert (cost.total, cost.clients, cost.spent, (f"{cost.worst[0]:%Y-%m}", cost.worst[1])) == recount(tmp_path)
    assert cost.friends > 0 < cost.total


DAY = date(2026, 1, 1)


def friend(key: int, *paid: tuple[int, int, int]) -> Friend:
    return Friend(key, 1, DAY, DAY, [Paid(DAY + timedelta(days=day), order, amount) for day, order, amount in paid])


def cost_of(offer: Offer, *friends: Friend) -> tuple[int, int, int]:
    cost = replay(offer, friends, since=DAY, until=date(2026, 12, 31))
    return cost.total, cost.clients, cost.things


def test_refunds_sets_limits_and_what_is_not_money() -> None:
    """CASES 41, R-285: inside the hold a refund shrinks or withdraws; after it, it comes too late to be taken off."""
    percent = Offer(ambassador_reward={"kind": "balance", "percent": 10}, hold_days=14)
    assert cost_of(percent, friend(2, (0, 1, 5000), (13, 1, -3000))) == (200, 1, 0)
    assert cost_of(percent, friend(2, (0, 1, 5000), (14, 1, -3000))) == (500, 1, 0)
    assert cost_of(percent, friend(2, (0, 1, 5000), (3, 1, -5000))) == (0, 0, 0)
    fixed = {"ambassador_reward": {"kind": "balance", "amount": 1500}}
    spend = Offer(**fixed, conditions=[{"kind": "spend", "at_least": 4000}], hold_days=14)  # type: ignore[arg-type]
    assert cost_of(spend, friend(2, (0, 1, 5000), (3, 1, -2000))) == (0, 0, 0)
    orders = Offer(**fixed, conditions=[{"kind": "orders", "at_least": 2}])  # type: ignore[arg-type]
    assert cost_of(orders, friend(2, (0, 1, 5000)), friend(3, (0, 2, 10), (9, 3, 10))) == (1500, 1, 0)
    some = [friend(key, (key, key, 100)) for key in range(2, 9)]
    assert cost_of(Offer(**fixed, every=3), *some) == (3000, 1, 0)  # type: ignore[arg-type]
    assert cost_of(Offer(**fixed, budget=4000), *some) == (4000, 1, 0)  # type: ignore[arg-type]
    assert cost_of(Offer(**fixed, caps={"rewards_total": 2}), *some) == (3000, 1, 0)  # type: ignore[arg-type]
    thing = Offer(ambassador_reward={"kind": "manual", "text": "A towel"})
    assert cost_of(thing, *some) == (0, 1, 7)
    late = Offer(**fixed, conditions=[{"kind": "spend", "at_least": 150}], qualification_days=30)  # type: ignore[arg-type]
    assert cost_of(late, friend(2, (0, 1, 100), (30, 2, 100)), friend(3, (0, 3, 100), (31, 4, 100))) == (1500, 1, 0)
    visits = Offer(**fixed, conditions=[{"kind": "sessions_attended", "at_least": 3}])  # type: ignore[arg-type]
    assert replay(visits, some, since=DAY, until=DAY).unknown == ("sessions_attended",)


def test_the_last_day_counts_as_the_engine_lets_it(gym: Business) -> None:
    """Q-06: what is done on the 30th day after registering is in time for the replay and for the loop alike."""
    from world import add_client, launch

    launch(gym, ambassador=EUR15, conditions=[{"kind": "orders", "at_least": 1}], qualification_days=30)
    pack, ana = make_product(gym), add_client(gym, "Ana", "López")
    for name, day in (("Ben", 30), ("Cleo", 31)):
        sell(bring(ana, name).friend, pack, now=later(day))
    given = sum(Reward.objects.filter(state="granted").values_list("amount", flat=True))
    draft = Offer(ambassador_reward=EUR15, conditions=[{"kind": "orders", "at_least": 1}], qualification_days=30)
    assert (would_cost(gym, draft, now=later(40)).total, given) == (1500, 1500)


def test_what_is_not_money_is_counted_at_its_price(gym: Business) -> None:
    """A coupon at what it takes off, a product at its price: so the warning of the margin comes for them too."""
    from world import add_client, launch

    launch(gym, ambassador=None)
    pack, ana = make_product(gym), add_client(gym, "Ana", "López")
    sell(bring(ana, "Ben").friend, pack)
    for reward, total, things in (
        ({"kind": "coupon", "amount": 2000, "valid_days": 30}, 2000, 0),
        ({"kind": "coupon", "percent": 50, "valid_days": 30}, 2500, 0),
        ({"kind": "product", "product": pack.public_id, "title": pack.name}, 5000, 0),
        ({"kind": "manual", "text": "A towel"}, 0, 1),
    ):
        cost = would_cost(gym, Offer(ambassador_reward=reward), now=later(1))
        assert (cost.total, cost.things, cost.exceeds(30)) == (total, things, total > 1500)


def test_the_builder_shows_it_and_warns_above_the_margin(house: House, client: Browser) -> None:
    """One look, no click more: on the page, in the live preview, without scripts; never to who may not see figures."""
    from world import add_client

    gym = house.business
    User.objects.filter(pk=house.owner.pk).update(language="en")
    client.force_login(house.owner)
    url = f"/b/{gym.slug}/campaigns/new/"
    assert "As soon as recommended friends stand in your history" in client.get(url).content.decode()
    from world import launch

    launch(gym, friend=EUR10, ambassador=EUR15)
    pack, ana = make_product(gym), add_client(gym, "Ana", "López")
    for number in range(3):
        sell(bring(ana, f"Friend{number}", now=later(number)).friend, pack, now=later(number, hours=1))
    page = client.get(url, {"preset": "studio"}).content.decode()
    assert "€75.00 for 4 clients" in page
    assert "50 % of the €150.00" in page
    assert "More than 30 % of what friends paid" in page
    typed = {
        "name": "Less", "mode": "rewards", "friend_kind": "", "ambassador_kind": "balance", "ambassador_amount": "10",
        "condition": "activated", "friend_reward_on": "registered", "margin": "20",
    }  # fmt: skip
    answer = client.post(f"/b/{gym.slug}/campaign/preview/", typed).content.decode()
    assert "€30.00 for 1 client<" in answer or "€30.00 for 1 client," in answer
    assert "20 % of the €150.00" in answer
    assert "More than" not in answer
    assert (
        "More than 19 %" in client.post(f"/b/{gym.slug}/campaign/preview/", typed | {"margin": "19"}).content.decode()
    )


def test_every_step_of_a_draft_is_counted_on_its_own_day() -> None:
    """R-297: 15 for the first purchase, then 20 and 5 once 90 were spent; a refund before the hold ends takes them."""
    steps = [{"name": "", "conditions": [{"kind": "spend", "at_least": 9000}], "hold_days": 10,
              "friend_reward": {"kind": "balance", "amount": 500},
              "ambassador_reward": {"kind": "balance", "amount": 2000}}]  # fmt: skip
    offer = Offer(ambassador_reward={"kind": "balance", "amount": 1500}, steps=steps)
    day = date(2026, 1, 5)
    kept = [Paid(day, 1, 5000), Paid(day + timedelta(days=30), 2, 5000)]
    returned = [*kept, Paid(day + timedelta(days=35), 2, -5000)]
    for paid, total in ((kept, 4000), (returned, 1500)):
        friend = Friend(2, 1, day, day, paid)
        cost = replay(offer, [friend], since=date(2026, 1, 1), until=date(2026, 12, 31))
        assert (cost.total, cost.months[date(2026, 1, 1)], cost.qualified) == (total, 1500, 1)


def test_of_a_choice_the_dearest_option_is_counted() -> None:
    """R-104: what the client will choose is not known; things alone are counted, not valued."""
    day, massage = date(2026, 1, 5), {"kind": "manual", "text": "Massage"}
    friend = Friend(2, 1, day, day, [Paid(day, 1, 5000)])
    options = [{"kind": "balance", "amount": 300}, {"kind": "balance", "percent": 10}, massage]
    for chosen, total, things in ((options, 500, 0), ([massage, massage], 0, 1)):
        offer = Offer(ambassador_reward={"kind": "choice", "options": chosen})
        cost = replay(offer, [friend], since=date(2026, 1, 1), until=date(2026, 12, 31))
        assert (cost.total, cost.things) == (total, things)
