"""Two schedulers and two workers on one database do what time has made due once (IDEM-13, DESIGN 4), on both engines.

A sweep is one worker's at a time; here that rule is taken away, because a sweep has to be right without it.
"""

from collections import Counter
from datetime import datetime
from typing import Any

import naive
import pytest

from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.kernel.queue import sweeps
from plusone.ledger.commands import earn
from plusone.ledger.queries import balance_of, faults
from plusone.messaging.models import Message
from plusone.referrals.commands import (
    ReminderPlan,
    create_campaign,
    plan_reminder,
    register_friend,
    schedule_campaign,
)
from plusone.referrals.models import Campaign
from plusone.referrals.offers import read_offer
from plusone.rules.engine import work
from plusone.store.commands import create_membership_type, expire_due, pay, place_order
from plusone.store.models import Product
from racing import ON_POSTGRES, race
from world import EUR15, NOON, bring, later, launch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
DUE = later(40)
MASSAGE = {"kind": "manual", "text": "Massage"}
# Each of them once: a verification period, a deadline, a choice that waits, a lot's notice and its end, an order that
# nobody paid, a month that is over, and a campaign whose first day has come.
ONCE = {
    "balance.earned": 1, "referral.not_converted": 1, "reward.choice_waiting": 1, "balance.expiring": 1,
    "balance.expired": 1, "order.expired": 1, "membership.ended": 1, "campaign.activated": 1,
}  # fmt: skip


def let_much_be_due(gym: Business, ana: Client, bono: Product) -> None:
    campaign = launch(gym, hold_days=14)
    activate(bring(ana, "Ben").friend, **WHO)
    late = launch(gym, qualification_days=30)
    bring_under(late, ana, "Eva")
    choice = launch(gym, ambassador={"kind": "choice", "options": [EUR15, MASSAGE]})
    activate(bring_under(choice, ana, "Dan"), **WHO)
    earn(gym, ana.pk, 100, key="short", expires_at=later(20), **WHO)
    earn(gym, ana.pk, 200, key="long", expires_at=later(60), **WHO)
    place_order(gym, ana, [(bono, 1)], **WHO)
    month = create_membership_type(gym, name="Mes", kind="prepaid", price=900, valid_days=30, now=NOON)
    order = place_order(gym, ana, [(month, 1)], **WHO)
    pay(order, method="cash", **WHO)
    offer = read_offer(gym, {"ambassador_reward": EUR15})
    soon = create_campaign(gym, name="Spring", offer=offer, **WHO)
    schedule_campaign(soon, starts_on=later(10).date(), ends_on=None, **WHO)
    weekly = ReminderPlan(starts_on=later(39).date(), at=NOON.time(), every_weeks=1, until=later(60).date(), texts={})
    plan_reminder(campaign, weekly, **WHO)


def bring_under(campaign: Campaign, ambassador: Client, name: str) -> Client:
    made = register_friend(
        campaign.business,
        ambassador,
        first_name=name,
        email=f"{name}@friends.example".lower(),
        campaign=campaign,
        **WHO,
    )
    return made.referral.friend


def one_scheduler(now: datetime) -> list[str]:
    """Run every sweep without waiting for the other; return what went wrong."""
    wrong = []
    for each in sweeps.registered:
        try:
            each.body(now)
        except Exception as error:  # told to the test
            wrong.append(f"{each.name}: {error!r}")
    work(now)
    return wrong


def told() -> Counter[str]:
    names = Event.objects.filter(at__gte=DUE).values_list("name", flat=True)
    return Counter(name for name in names if name in ONCE)


def test_two_schedulers_and_two_workers_do_each_thing_once(gym: Business, ana: Client, bono: Product) -> None:
    let_much_be_due(gym, ana, bono)
    work(NOON)
    assert race(*[lambda: one_scheduler(DUE)] * 4, seconds=120) == [[]] * 4
    assert told() == ONCE
    once = Counter(Message.objects.values_list("key", flat=True))
    assert max(once.values()) == 1
    had = balance_of(gym, ana.pk, now=DUE).available
    assert (had, faults(gym)) == (1700, [])
    assert one_scheduler(DUE) == []
    assert (told(), Message.objects.count()) == (ONCE, sum(once.values()))


def test_sweeps_control(gym: Business, ana: Client, bono: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of an order both schedulers let it run out on PostgreSQL."""
    place_order(gym, ana, [(bono, 1)], **WHO)
    naive.unlocked_order(monkeypatch)
    race(*[lambda: expire_due(DUE)] * 2)
    assert Event.objects.filter(name="order.expired").count() == (2 if ON_POSTGRES else 1)
