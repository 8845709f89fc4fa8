"""A visit on the last day that another program tells a week later was in time all the same (CASES 39, R-285).

Ben has ten days from the tenth of March; the studio's calendar sends its visits when somebody exports them.
"""

from datetime import datetime

import pytest

from plusone.agenda.commands import mark_visit, tick
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.ledger.queries import balance_of, faults
from plusone.referrals.commands import ask_again, close_overdue, end_holds, revive
from plusone.referrals.models import Referral
from plusone.rewards.models import Reward
from plusone.store.commands import create_membership_type, pay, place_order
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


BUYS = {"kind": "orders", "at_least": 1}
EUR5 = {"kind": "balance", "amount": 500}


def in_steps(gym: Business, ana: Client, **step: object) -> Referral:
    """Ana is promised 10 for Ben's purchase and 5 for his two visits, within ten days; he has come once."""
    regular = {"ambassador_reward": EUR5, "conditions": [{**VISIT, "at_least": 2}], **step}
    launch(gym, ambassador=EUR10, qualification_days=10, conditions=[BUYS], steps=[regular])
    referral = bring(ana, "Ben")
    mark_visit(referral.friend, key="class-1", at=later(1), actor="api:1", now=later(1))
    return referral


@pytest.mark.parametrize("ended", [True, False], ids=["after the worker ended it", "before the worker came"])
def test_a_further_step_is_in_time_too_when_it_is_told_late(gym: Business, ana: Client, ended: bool) -> None:
    """CASES 39, R-297: the second visit was on the ninth day; the step that had lapsed is given, once."""
    referral = in_steps(gym, ana)
    sell(referral.friend, make_product(gym), now=later(2))
    if ended:
        assert close_overdue(LATE) == 1
        assert stands(referral) == ("closed", "completed")
    tell(referral, later(9), "class-2")
    tell(referral, later(9.5), "class-3")
    assert close_overdue(LATE) == 0
    assert (stands(referral), available(ana), faults(gym)) == (("closed", "completed"), 1500, [])


def test_a_further_step_after_its_last_day_is_late_whenever_it_is_told(gym: Business, ana: Client) -> None:
    """CASES 39: midnight of the tenth day is over for it as well."""
    referral = in_steps(gym, ana)
    sell(referral.friend, make_product(gym), now=later(2))
    close_overdue(LATE)
    tell(referral, datetime.fromisoformat("2026-03-21T00:00:00+01:00"), "class-2")
    assert (available(ana), Reward.objects.get(milestone="2").reason) == (1000, "deadline")


def test_a_further_step_waits_for_its_verification(gym: Business, ana: Client) -> None:
    """R-115: told late, its fourteen days begin when it is told."""
    referral = in_steps(gym, ana, hold_days=14)
    sell(referral.friend, make_product(gym), now=later(2))
    close_overdue(LATE)
    tell(referral, later(9), "class-2")
    assert (available(ana), Reward.objects.get(milestone="2").state) == (1000, "on_hold")
    assert end_holds(later(30)) == 1
    assert (balance_of(gym, ana.pk, now=later(30)).available, stands(referral)) == (1500, ("closed", "completed"))


@pytest.mark.parametrize("is_client", [True, False], ids=["a client", "a lead"])
def test_a_further_step_in_time_counts_where_the_first_was_missed(gym: Business, ana: Client, is_client: bool) -> None:
    """ADR 14: steps do not wait for each other. The first stays missed, and nobody is told of its end twice."""
    referral = in_steps(gym, ana)
    if is_client:
        activate(referral.friend, actor="user:1", now=later(2))
    assert close_overdue(LATE) == 1
    assert stands(referral) == ("closed", "not_converted")
    tell(referral, later(9), "class-2")
    assert available(ana) == 500
    assert dict(Reward.objects.values_list("milestone", "state")) == {"1": "lapsed", "2": "granted"}
    assert stands(referral) == (("closed", "completed") if is_client else ("closed", "not_converted"))
    assert close_overdue(LATE) == 0
    assert Event.objects.filter(name="referral.not_converted").count() == 1


def test_who_became_a_client_too_late_is_rewarded_once_opened_again(gym: Business, ana: Client) -> None:
    """CASES 39: the owner says that it counts all the same, a day after the last; nothing else is to be done."""
    launch(gym, qualification_days=30)
    referral = bring(ana, "Ben")
    activate(referral.friend, actor="user:1", now=later(32))
    assert (stands(referral), available(ana)) == (("closed", "not_converted"), 0)
    revive(referral, note="was ill", actor="user:1", now=later(33))
    assert (stands(referral), available(ana), faults(gym)) == (("closed", "completed"), 1500, [])


def test_who_gets_more_time_gets_as_much_for_each_step(gym: Business, ana: Client) -> None:
    """CASES 39, R-114: for a membership that is kept thirty days Ben had forty of them. Opened again he has forty more:
    who buys it in the ten days for the first step can still earn the second."""
    kept = {"conditions": [{"kind": "membership_kept", "days": 30}], "ambassador_reward": EUR5}
    launch(gym, ambassador=EUR10, qualification_days=10, conditions=[BUYS], steps=[kept])
    month = create_membership_type(gym, name="Mes", kind="prepaid", price=900, valid_days=31, now=later())
    referral = bring(ana, "Ben")
    assert close_overdue(later(41)) == 1
    assert stands(referral) == ("closed", "not_converted")
    revive(referral, note="was ill", actor="user:1", now=later(42))
    bought = place_order(gym, referral.friend, [(month, 1)], actor="user:1", now=later(50))
    pay(bought, method="cash", actor="user:1", now=later(50))
    assert (close_overdue(later(70)), ask_again(later(80))) == (0, 1)
    assert balance_of(gym, ana.pk, now=later(80)).available == 1500
