"""What a draft would have cost, against an independent computation over a history in the format of CDNOW."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from plusone.agenda.commands import mark_visit, tick
from plusone.agenda.models import Visit
from plusone.connect.imports import import_clients, import_orders
from plusone.insights.queries import Friend, Paid, Stay, replay, would_cost
from plusone.kernel import clock
from plusone.kernel.models import Business, User
from plusone.referrals.commands import ask_again
from plusone.referrals.offers import Offer, offer_of, read_offer
from plusone.rewards.models import Reward
from plusone.store.commands import create_membership_type, pay, place_order, refund
from plusone.store.models import Membership, Order
from world import EUR10, EUR15, NOON, House, bring, later, make_product, sell

pytestmark = pytest.mark.django_db
SCRIPTS = Path(__file__).parents[2] / "scripts"
PERCENT = {"kind": "balance", "percent": 12.5}


def generate(path: Path) -> None:
    """Write purchases as CDNOW_master.txt has them: customer, day, quantity, amount; some cost nothing."""
    draw = random.Random(20)
    lines = []
    for customer in range(1, 251):
        day = date(1997, 1, 1) + timedelta(days=draw.randrange(90))
        for _purchase in range(draw.choice((1, 1, 2, 3, 6))):
            paid = draw.choice((0, 1, 1, 1)) * draw.randrange(9000) / 100
            lines.append(f" {customer:05d} {day:%Y%m%d} {draw.randrange(1, 5)} {paid:6.2f}")
            day += timedelta(days=draw.randrange(1, 200))
    path.write_text("\n".join(lines) + "\n")


DRAFTS: dict[str, dict[str, Any]] = {
    "for the first payment": {"ambassador_reward": EUR15, "conditions": [{"kind": "orders", "at_least": 1}]},
    "percent": {"friend_reward": {"kind": "balance", "percent": 2.9}, "ambassador_reward": PERCENT, "hold_days": 14},
    "50 spent in 30 days": {
        "friend_reward": EUR10, "friend_reward_on": "qualified", "friend_hold_days": 3, "ambassador_reward": EUR15,
        "conditions": [{"kind": "activated"}, {"kind": "spend", "at_least": 5000}], "qualification_days": 30,
    },
    "capped by the month": {
        "friend_reward": EUR10, "ambassador_reward": PERCENT, "hold_days": 14, "caps": {"amount_per_month": 300},
        "conditions": [{"kind": "activated"}, {"kind": "spend", "at_least": 5000}],
    },
    "capped in number": {
        "ambassador_reward": EUR15, "qualification_days": 0, "caps": {"rewards_per_month": 1, "rewards_total": 2},
        "conditions": [{"kind": "orders", "at_least": 2}],
    },
    "budget and sets": {"ambassador_reward": EUR15, "friend_reward": EUR10, "every": 2, "budget": 15_500},
    "came three times": {
        "ambassador_reward": EUR15, "conditions": [{"kind": "sessions_attended", "at_least": 3}],
        "qualification_days": 60, "hold_days": 5,
    },
    "came, and bought a membership": {
        "ambassador_reward": PERCENT, "friend_reward": EUR10, "friend_reward_on": "qualified",
        "conditions": [{"kind": "membership_bought"}, {"kind": "sessions_attended", "at_least": 1}],
    },
    "kept a membership": {
        "ambassador_reward": EUR15, "conditions": [{"kind": "membership_kept", "days": 30}],
        "caps": {"amount_total": 2000},
    },
}  # fmt: skip


def add_visits_and_memberships(gym: Business, folder: Path) -> None:
    """Give the shop what it has not, in its rows and in two files of lines: sessions, some missed, and memberships."""
    draw = random.Random(21)
    kind = create_membership_type(gym, name="Mes", kind="prepaid", price=4500, valid_days=30, now=NOON)
    visits, stays, rows = [], [], []
    for order in Order.objects.filter(due__gt=0).select_related("client").order_by("id"):
        who = order.client.external_id
        assert order.paid_at is not None
        for number in range(draw.randrange(4)):
            at, missed = order.paid_at + timedelta(days=draw.randrange(40)), draw.random() < 0.3
            key = f"{order.pk}:{number}"
            outcome = Visit.Outcome.MISSED if missed else Visit.Outcome.ATTENDED
            rows.append(
                Visit(
                    business=gym, client=order.client, outcome=outcome, key=key, at=at, marked_at=at, marked_by="import"
                )
            )
            if not missed:
                visits.append(f"{who} {clock.day_of(gym, at):%Y%m%d}")
        if draw.random() < 0.3:
            first, runs = clock.day_of(gym, order.paid_at), draw.choice((None, 29, 30, 31))
            # It ends at 00:00 of the day after the last on which it runs.
            ends = clock.day_start(gym, first + timedelta(days=runs + 1)) if runs else None
            Membership.objects.create(
                business=gym, client=order.client, type=kind, order=order, ordered_at=order.paid_at, is_new=True,
                started_at=order.paid_at, ends_at=ends, state="ended" if runs else "active", ended_at=ends,
            )  # fmt: skip
            stays.append(f"{who} {first:%Y%m%d} " + (f"{first + timedelta(days=runs):%Y%m%d}" if runs else "-"))
    Visit.objects.bulk_create(rows)
    (folder / "visits.txt").write_text("\n".join(visits))
    (folder / "stays.txt").write_text("\n".join(stays))


def recount(folder: Path, draft: dict[str, Any]) -> dict[str, Any]:
    """Let the script that shares no code with the product count."""
    more = ["--visits", str(folder / "visits.txt"), "--stays", str(folder / "stays.txt")]
    files = [str(folder / "master.txt"), str(folder / "clients.csv")]
    count = [sys.executable, str(SCRIPTS / "recount_cost"), *files, json.dumps(draft), *more]
    done = subprocess.run(count, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def test_a_draft_over_imported_history_is_what_the_files_alone_say(gym: Business, tmp_path: Path) -> None:
    """Q-01, MON-17: to the cent and month by month, over a year that is long over, for money, visits and memberships:
    gifts, percentages, thresholds, deadlines, holds, caps, budgets and sets."""
    generate(tmp_path / "master.txt")
    load = [sys.executable, str(SCRIPTS / "cdnow_to_csv"), str(tmp_path / "master.txt"), str(tmp_path)]
    subprocess.run(load, check=True)
    import_clients(gym, tmp_path / "clients.csv", actor="user:1", now=NOON)
    import_orders(gym, tmp_path / "orders.csv", actor="user:1", now=NOON)
    add_visits_and_memberships(gym, tmp_path)
    totals = {}
    for name, draft in DRAFTS.items():
        cost = would_cost(gym, read_offer(gym, draft), now=NOON)
        told = {
            "since": f"{cost.since}", "until": f"{cost.until}", "friends": cost.friends, "qualified": cost.qualified,
            "clients": cost.clients, "spent": cost.spent, "total": cost.total,
            "months": {f"{month:%Y-%m}": amount for month, amount in sorted(cost.months.items())},
        }  # fmt: skip
        assert told == recount(tmp_path, draft), name
        assert cost.unknown == ()
        totals[name] = cost.total
    assert len(set(totals.values())) == len(DRAFTS), totals
    assert min(totals.values()) > 0


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
    assert "50% of the €150.00" in page
    assert "More than 30% of what friends paid" in page
    typed = {
        "name": "Less", "mode": "rewards", "friend_kind": "", "ambassador_kind": "balance", "ambassador_amount": "10",
        "condition": "activated", "friend_reward_on": "registered", "margin": "20",
    }  # fmt: skip
    answer = client.post(f"/b/{gym.slug}/campaign/preview/", typed).content.decode()
    assert "€30.00 for 1 client<" in answer or "€30.00 for 1 client," in answer
    assert "20% of the €150.00" in answer
    assert "More than" not in answer
    assert "More than 19%" in client.post(f"/b/{gym.slug}/campaign/preview/", typed | {"margin": "19"}).content.decode()


def test_what_a_condition_loses_inside_the_hold_is_lost() -> None:
    """CONTRACT, States: conditions have to hold together, and all the time until the hold ends; becoming active by hand
    is not undone by a refund, and a percentage waits for money no longer than the friend has."""
    fixed = {"ambassador_reward": {"kind": "balance", "amount": 1500}, "hold_days": 14}
    spend = Offer(**fixed, conditions=[{"kind": "spend", "at_least": 4000}])  # type: ignore[arg-type]
    regained = friend(2, (0, 1, 5000), (3, 1, -2000), (5, 2, 5000))
    assert cost_of(spend, regained) == (0, 0, 0)
    both = Offer(
        ambassador_reward={"kind": "balance", "amount": 1500},
        conditions=[{"kind": "spend", "at_least": 4000}, {"kind": "orders", "at_least": 2}],
    )
    assert cost_of(both, friend(2, (0, 1, 5000), (3, 1, -4000), (5, 2, 100))) == (0, 0, 0)
    active = Offer(**fixed)  # type: ignore[arg-type]
    refunded = friend(2, (0, 1, 5000), (3, 1, -5000))
    assert cost_of(active, refunded) == (0, 0, 0)
    assert cost_of(active, replace(refunded, is_by_hand=True)) == (1500, 1, 0)
    came = Offer(**fixed, conditions=[{"kind": "sessions_attended", "at_least": 1}])  # type: ignore[arg-type]
    visited = replace(refunded, visits=[DAY + timedelta(days=1)])
    cost = replay(came, [visited], since=DAY, until=date(2026, 12, 31), dated=["sessions_attended"])
    assert (cost.total, cost.unknown) == (1500, ())
    bought = Offer(**fixed, conditions=[{"kind": "membership_bought"}])  # type: ignore[arg-type]
    stay = Stay(DAY, DAY + timedelta(days=3), order=1)
    cost = replay(bought, [replace(refunded, stays=[stay])], since=DAY, until=date(2026, 12, 31),
                  dated=["membership_bought"])  # fmt: skip
    assert cost.total == 0
    tenth = Offer(ambassador_reward={"kind": "balance", "percent": 10}, qualification_days=30)
    assert cost_of(tenth, friend(2, (30, 1, 5000)), friend(3, (31, 1, 5000))) == (500, 1, 0)


def test_the_loop_gives_what_the_replay_says(gym: Business) -> None:
    """CASES 34: visits, some missed, a membership that is kept or given back, and a form: as granted, so replayed."""
    from world import add_client, launch

    monthly = create_membership_type(gym, name="Mes", kind="recurring", price=4500, period="month", now=NOON)
    ana = add_client(gym, "Ana", "López")
    conditions = [{"kind": "sessions_attended", "at_least": 2}, {"kind": "membership_kept", "days": 20},
                  {"kind": "check", "text": "Health form"}]  # fmt: skip
    campaign = launch(gym, ambassador=EUR15, friend=EUR10, friend_reward_on="qualified", conditions=conditions)
    friends = [bring(ana, name).friend for name in ("Ben", "Cleo", "Dan", "Eva")]
    orders = [place_order(gym, one, [(monthly, 1)], actor="user:1", now=NOON) for one in friends]
    for order in orders:
        pay(order, method="cash", actor="user:1", now=NOON)
    ben, cleo, dan, eva = friends
    for client, day, outcome in (
        (ben, 1, "attended"), (ben, 4, "attended"), (cleo, 1, "attended"), (cleo, 2, "missed"),
        (dan, 1, "attended"), (dan, 2, "attended"), (eva, 1, "attended"), (eva, 2, "attended"),
    ):  # fmt: skip
        mark_visit(client, key=f"{client.pk}:{day}", outcome=outcome, actor="user:1", now=later(day))
    for client in (ben, cleo, dan):
        tick(client, what="Health form", key=f"form:{client.pk}", actor="user:1", now=later(5))
    refund(orders[2], actor="user:1", now=later(10))
    ask_again(later(21))
    given = sum(Reward.objects.filter(state="granted").values_list("amount", flat=True))
    cost = would_cost(gym, offer_of(campaign.terms), now=later(30))
    assert (cost.total, cost.clients, cost.unknown, given) == (2500, 2, (), 2500)


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
