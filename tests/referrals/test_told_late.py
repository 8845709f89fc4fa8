"""A visit on the last day that another program tells a week later was in time all the same (CASES 39, R-285).

Ben has ten days from the tenth of March; the studio's calendar sends its visits when somebody exports them.
"""

from datetime import datetime

import pytest

from plusone.agenda.commands import mark_visit, tick
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import close_overdue
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from world import EUR10, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
VISIT = {"kind": "sessions_attended", "at_least": 1}
LATE = later(15)


def available(client: Client) -> int:
    return balance_of(client.business, client.pk, now=LATE).available


def tell(referral: Referral, at: datetime, key: str = "class-1") -> None:
    mark_visit(referral.friend, key=key, at=at, actor="api:1", now=LATE)


def stands(referral: Referral) -> tuple[str, str]:
    referral.refresh_from_db()
    return referral.state, referral.reason


@pytest.mark.parametrize("ended", [True, False], ids=["after the worker ended it", "before the worker came"])
def test_a_visit_in_time_counts_when_it_is_told_late(gym: Business, ana: Client, ended: bool) -> None:
    """CASES 39: the last day is the tenth after; 23:59 of it counts, and the reward is given once."""
    launch(gym, ambassador=EUR10, friend=EUR10, friend_reward_on="qualified", qualification_days=10, conditions=[VISIT])
    referral = bring(ana, "Ben")
    if ended:
        assert close_overdue(LATE) == 1
        assert stands(referral) == ("closed", "not_converted")
    tell(referral, datetime.fromisoformat("2026-03-20T23:59:00+01:00"))
    assert stands(referral) == ("closed", "completed")
    tell(referral, later(2), "class-2")
    assert close_overdue(LATE) == 0
    assert (available(ana), available(referral.friend), faults(gym)) == (1000, 1000, [])


def test_a_visit_after_the_last_day_is_late_whenever_it_is_told(gym: Business, ana: Client) -> None:
    """CASES 39: midnight is over; the first visit outside the time opens nothing again."""
    launch(gym, ambassador=EUR10, qualification_days=10, conditions=[VISIT])
    referral = bring(ana, "Ben")
    close_overdue(LATE)
    tell(referral, datetime.fromisoformat("2026-03-21T00:00:00+01:00"))
    assert (stands(referral), available(ana)) == (("closed", "not_converted"), 0)


def test_what_came_too_late_is_not_in_time_because_of_a_visit(gym: Business, ana: Client) -> None:
    """R-285: all that is asked for was the case in time, or it is late: Ben's order is of the day after."""
    launch(gym, ambassador=EUR10, qualification_days=10, conditions=[VISIT, {"kind": "orders", "at_least": 1}])
    referral = bring(ana, "Ben")
    sell(referral.friend, make_product(gym), now=later(12))
    tell(referral, later(5))
    assert (available(ana), Reward.objects.get().state) == (0, "lapsed")


def test_a_check_in_time_counts_when_it_is_told_late(gym: Business, ana: Client) -> None:
    """R-113, CASES 39: the form was handed in on the fifth day."""
    launch(gym, ambassador=EUR10, qualification_days=10, conditions=[{"kind": "check", "text": "the form"}])
    referral = bring(ana, "Ben")
    close_overdue(LATE)
    tick(referral.friend, what="the form", key="form-1", at=later(5), actor="api:1", now=LATE)
    assert (stands(referral), available(ana)) == (("closed", "completed"), 1000)
