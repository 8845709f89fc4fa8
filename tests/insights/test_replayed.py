"""The replay of an offer against the loop itself: whatever friends do, what a draft would have cost is what was given.

Hypothesis draws the offer and the days; a failure names the seed (PLUSONE_TEST_SEED plays it again).
"""

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some

from howoften import often
from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.insights.queries import would_cost
from plusone.kernel.models import Business
from plusone.referrals.automation.reactions import end_holds
from plusone.referrals.commands import close_overdue
from plusone.referrals.offers import offer_of
from plusone.store.commands import refund
from plusone.store.models import Order, Product
from world import NOON, add_client, bring, later, launch, make_product, sell

REWARD = some.sampled_from(
    ({"kind": "balance", "amount": 700}, {"kind": "balance", "percent": 12.5}, {"kind": "balance", "percent": 33.33})
)
CONDITIONS = some.lists(
    some.sampled_from(
        (
            {"kind": "activated"},
            {"kind": "orders", "at_least": 1},
            {"kind": "orders", "at_least": 2},
            {"kind": "spend", "at_least": 3000},
            {"kind": "spend", "at_least": 6000},
            {"kind": "sessions_attended", "at_least": 2},
        )
    ),
    max_size=2,
    unique_by=lambda condition: condition["kind"],
)
OFFER = some.fixed_dictionaries(
    {
        "friend": some.one_of(some.none(), REWARD),
        "ambassador": REWARD,
        "friend_reward_on": some.sampled_from(("registered", "qualified")),
        "conditions": CONDITIONS,
        "hold_days": some.sampled_from((0, 14, 14)),
        "friend_hold_days": some.sampled_from((0, 5)),
        "qualification_days": some.sampled_from((0, 10, 30)),
        "steps": some.lists(
            some.fixed_dictionaries(
                {"conditions": CONDITIONS, "ambassador_reward": REWARD, "hold_days": some.sampled_from((0, 7))}
            ),
            max_size=1,
        ),
    }
)
DEEDS = ("buy", "buy", "buy more", "refund", "refund", "refund some", "refund some", "visit", "visit", "activate")
DID = some.lists(
    some.tuples(
        some.integers(0, 1),  # which friend
        some.integers(0, 6),  # days since the last thing that anybody did
        some.sampled_from(DEEDS),
    ),
    min_size=5,
    max_size=14,
)


def live(gym: Business, product: Product, did: list[tuple[int, int, str]]) -> None:
    """Let two friends register and do what was drawn, and the worker come every night."""
    ana = add_client(gym, "Ana")
    mark_visit(ana, key="hers", actor="user:1", now=NOON)  # so visits are known here, and nobody's is taken as made
    friends = [bring(ana, f"Friend{number}").friend for number in range(2)]
    now, orders = NOON, dict[int, list[Order]]()
    for which, days, what in did:
        for _night in range(days):
            now += timedelta(days=1)
            sweep(now.replace(hour=2))
        now += timedelta(minutes=1)
        friend = Client.objects.select_related("business").get(pk=friends[which].pk)
        mine = orders.setdefault(which, [])
        if what in ("buy", "buy more"):
            mine.append(sell(friend, product, 2 if what == "buy more" else 1, now=now))
        elif what == "visit":
            mark_visit(friend, key=f"{which}:{now}", actor="user:1", now=now)
        elif what == "activate" and friend.is_lead:
            activate(friend, actor="user:1", now=now)
        elif what.startswith("refund") and mine:
            order = Order.objects.select_related("business", "client").get(pk=mine[-1].pk)
            part = order.refundable // 2 if what == "refund some" else order.refundable
            if part:
                refund(order, part, actor="user:1", now=now)
    for night in range(60):
        sweep((now + timedelta(days=night + 1)).replace(hour=2))


def sweep(now: Any) -> None:
    end_holds(now)
    close_overdue(now)


@pytest.mark.slow
def test_whatever_friends_do_the_replay_says_what_was_given(gym: Business) -> None:
    """Q-24, CONTRACT States: conditions together and all through the hold, deadlines, percentages, further steps."""
    number = int(os.environ.get("PLUSONE_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"PLUSONE_TEST_SEED={number}")
    product = make_product(gym, price=2595)

    @seed(number)
    @settings(
        max_examples=often(8, 300),
        deadline=None,
        database=None,
        phases=[Phase.generate] + [Phase.shrink] * bool(os.environ.get("PLUSONE_TEST_SEED")),
        suppress_health_check=list(HealthCheck),
    )
    @given(terms=OFFER, did=DID)
    def holds(terms: dict[str, Any], did: list[tuple[int, int, str]]) -> None:
        with transaction.atomic():
            campaign = launch(gym, clawback="only_pending", **terms)
            live(gym, product, did)
            told = Event.objects.filter(business=gym, name="reward.granted").values_list("data", flat=True)
            given_away = sum(one["amount"] for one in told)
            cost = would_cost(gym, offer_of(campaign.terms), now=later(250))
            transaction.set_rollback(True)
        assert cost.total == given_away, (terms, did)

    holds()
