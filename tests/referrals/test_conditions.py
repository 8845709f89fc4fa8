"""What a friend has to do: memberships of a type, kept for days; what is settled is complete (R-113, R-146, CASES)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from plusone.agenda.commands import mark_visit
from plusone.clients.commands import activate
from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.referrals.commands import ask_again, close_overdue, settle
from plusone.referrals.conditions import still_missing
from plusone.referrals.models import Referral
from plusone.referrals.offers import read_offer
from plusone.rewards.models import Reward
from plusone.store.commands import (
    cancel_membership,
    create_membership_type,
    end_due,
    freeze,
    pay,
    place_order,
    refund,
    renew,
    unfreeze,
)
from plusone.store.commands.memberships import NotRunning
from plusone.store.models import Membership, MembershipType
from world import NOON, bring, later, launch, make_product, sell

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": "user:1", "now": NOON}
KEPT30 = [{"kind": "membership_kept", "days": 30}]
DAY30 = datetime(2026, 4, 8, 22, 0, tzinfo=UTC)  # 00:00 of 9 April in Madrid, after the clocks changed


def type_of(gym: Business, **more: Any) -> MembershipType:
    given = {"name": "Mensual", "kind": "recurring", "price": 4500, "period": "month", "now": NOON, **more}
    return create_membership_type(gym, **given)


def buy(client: Client, wanted: MembershipType, now: datetime = NOON) -> Membership:
    order = place_order(client.business, client, [(wanted, 1)], actor="user:1", now=now)
    if order.due:
        pay(order, method="cash", actor="user:1", now=now)
    return Membership.objects.select_related("order").get(order=order)


def state(referral: Referral) -> tuple[str, str, str]:
    """Return the ambassador's reward, and where the referral stands."""
    referral.refresh_from_db()
    reward = Reward.objects.get(source_id=referral.pk, side="ambassador")
    return str(reward.state), referral.state, referral.reason


def missing(referral: Referral, now: datetime, to: Any = "ambassador") -> list[str]:
    return still_missing(Referral.objects.select_related("business", "friend", "terms").get(), to=to, now=now)


def test_only_the_chosen_type_of_membership_counts(gym: Business, ana: Client) -> None:
    """CONTRACT membership_bought of a given type: another one leaves it pending, and the sentence names it."""
    yearly, monthly = type_of(gym, name="Anual", period="year"), type_of(gym)
    wanted = {"kind": "membership_bought", "membership_type": yearly.public_id}
    launch(gym, conditions=[wanted])
    referral = bring(ana, "Ben")
    assert referral.terms is not None
    assert referral.terms.conditions == [{**wanted, "title": "Anual"}]
    buy(referral.friend, monthly)
    assert state(referral) == ("promised", "activated", "")
    assert missing(referral, NOON) == ["Waiting for the membership “Anual”."]
    assert missing(referral, NOON, "friend") == ["Still to do: buy the membership “Anual”."]
    buy(referral.friend, yearly)
    assert state(referral) == ("granted", "closed", "completed")


def test_a_type_of_another_business_is_unknown(gym: Business, salon: Business) -> None:
    sent = [{"kind": "activated"}, {"kind": "membership_bought", "membership_type": type_of(salon).public_id}]
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"conditions": sent})
    assert (refused.value.field, refused.value.code) == ("conditions.1.membership_type", "unknown")


def test_a_trial_for_nothing_never_qualifies_and_the_payment_after_it_does(gym: Business, ana: Client) -> None:
    """CASES 38: a trial of 7 days earns nothing, a sum of 0 never qualifies; the payment that follows does."""
    trial = type_of(gym, name="Prueba", kind="prepaid", price=0, period="", valid_days=7)
    launch(gym, conditions=[{"kind": "membership_bought"}])
    referral = bring(ana, "Ben")
    assert buy(referral.friend, trial).state == "active"
    assert state(referral) == ("promised", "registered", "")
    client_already = bring(ana, "Eva")
    activate(client_already.friend, actor="user:1", now=NOON)
    buy(client_already.friend, trial)
    assert state(client_already) == ("promised", "activated", "")
    for day in range(1, 7):
        settle(referral, actor="system", now=later(day))
        assert (ask_again(later(day)), state(referral)[0]) == (0, "promised"), day
    MembershipType.objects.filter(pk=trial.pk).update(price=1000)
    buy(referral.friend, MembershipType.objects.get(pk=trial.pk), later(7))
    assert state(referral) == ("granted", "closed", "completed")


def test_a_membership_that_runs_after_thirty_days_qualifies_by_itself(gym: Business, ana: Client) -> None:
    """CONTRACT membership_kept: at 00:00 of day + 30 in Madrid, over the change of clocks, by the sweep alone."""
    launch(gym, conditions=KEPT30, qualification_days=30)
    just_day_0 = later(-1, hours=12.5)  # half past midnight in Madrid, and yesterday elsewhere
    referral = bring(ana, "Ben", now=just_day_0)
    mine = buy(referral.friend, type_of(gym), just_day_0)
    assert state(referral) == ("promised", "activated", "")
    assert referral.asks_at == DAY30
    assert missing(referral, later(12)) == ["12 of 30 days with a membership; the last ends on Apr 8, 2026."]
    assert ask_again(later(seconds=-1, now=DAY30)) == 0
    assert ask_again(DAY30) == 1
    assert state(referral) == ("granted", "closed", "completed")
    assert (referral.asks_at, referral.qualified_at) == (None, DAY30)
    assert ask_again(later(1, now=DAY30)) == 0
    end_due(later(40))  # what ends later was kept all the same
    refund(mine.order, actor="user:1", now=later(41))  # type: ignore[arg-type]  # bought by an order
    assert state(referral)[0] == "revoked"


def test_a_late_worker_takes_nothing_from_who_kept_it_in_time(gym: Business, ana: Client) -> None:
    """CASES 39, CONTRACT: the worker looks two days after the last day; the membership had run until it in time."""
    launch(gym, conditions=KEPT30, qualification_days=30)
    kept, lost = bring(ana, "Ben"), bring(ana, "Eva")
    buy(kept.friend, type_of(gym))
    gone = buy(lost.friend, type_of(gym))
    cancel_membership(gone, actor="user:1", now=later(2))
    Membership.objects.filter(pk=gone.pk).update(ends_at=later(10))
    end_due(later(11))
    assert close_overdue(later(33)) == 0
    assert ask_again(later(33)) == 2
    assert state(kept) == ("granted", "closed", "completed")
    assert state(lost) == ("lapsed", "closed", "not_converted")


@pytest.mark.parametrize("late", ["visit", "payment"])
def test_what_comes_after_the_last_day_is_late_though_the_worker_is(gym: Business, ana: Client, late: str) -> None:
    """CASES 39: a membership was kept, or only not paid for, when the last day ended and no worker looked; the visit,
    or the payment of the second month, that was wanted too comes days later."""
    visit = {"kind": "sessions_attended", "at_least": 1}
    wanted = [*KEPT30, visit] if late == "visit" else [{"kind": "membership_kept", "days": 40}]
    launch(gym, conditions=wanted, qualification_days=45)
    referral = bring(ana, "Ben")
    mine = buy(referral.friend, type_of(gym))
    end_due(later(32))
    if late == "visit":
        mark_visit(referral.friend, key="v", actor="user:1", now=later(50))
    else:
        renew(mine, method="cash", actor="user:1", now=later(50))
    assert state(referral) == ("lapsed", "closed", "not_converted")


def test_frozen_counts_unpaid_does_not_until_it_is_paid(gym: Business, ana: Client) -> None:
    """A frozen membership is kept; one whose renewal is unpaid on the day counts from its payment on."""
    launch(gym, conditions=[{"kind": "membership_kept", "days": 40}])
    frozen, unpaid = bring(ana, "Ben"), bring(ana, "Eva")
    monthly = type_of(gym)
    first, second = buy(frozen.friend, monthly), buy(unpaid.friend, monthly)
    freeze(first, actor="user:1", now=later(20))
    end_due(later(32))
    assert ask_again(later(40)) == 2
    assert state(frozen) == ("granted", "closed", "completed")
    assert state(unpaid) == ("promised", "activated", "")
    assert ask_again(later(40)) == 0
    assert ask_again(later(41)) == 1
    assert state(unpaid)[0] == "promised"
    renew(second, method="cash", actor="user:1", now=later(42))
    assert state(unpaid) == ("granted", "closed", "completed")
    unfreeze(first, actor="user:1", now=later(43))
    assert state(frozen)[0] == "granted"


def test_nobody_freezes_what_is_over(gym: Business, ana: Client) -> None:
    """CONTRACT membership_kept: thirty days were paid, and the worker has not noticed that they are over. Frozen now it
    would count as kept on day 35, and run again later."""
    launch(gym, conditions=[{"kind": "membership_kept", "days": 35}])
    referral = bring(ana, "Ben")
    mine = buy(referral.friend, type_of(gym, kind="prepaid", period="", valid_days=30))
    assert mine.ends_at is not None
    for over in (mine.ends_at, later(33)):
        with pytest.raises(NotRunning):
            freeze(mine, actor="user:1", now=over)
    ask_again(later(36))
    assert state(referral) == ("promised", "activated", "")
    assert freeze(mine, actor="user:1", now=later(seconds=-1, now=mine.ends_at))


def test_a_refunded_renewal_takes_its_period_back(gym: Business, ana: Client) -> None:
    """CONTRACT membership_kept, R-030: the second month was renewed and wholly refunded, so nothing runs on day 40. It
    is paid again, and counts; refunded once more, the reward goes. A part of the price takes nothing back."""
    launch(gym, conditions=[{"kind": "membership_kept", "days": 40}])
    referral = bring(ana, "Ben")
    mine = buy(referral.friend, type_of(gym))
    first_end = mine.ends_at
    renewal = renew(mine, method="cash", actor="user:1", now=later(29))
    refund(renewal, 4000, actor="user:1", now=later(30))
    mine.refresh_from_db()
    assert (mine.state, mine.periods_paid) == ("active", 2)
    refund(renewal, actor="user:1", now=later(30))
    mine.refresh_from_db()
    assert (mine.state, mine.periods_paid, mine.ends_at) == ("active", 1, first_end)
    assert ask_again(later(40)) == 1
    assert state(referral) == ("promised", "activated", "")
    end_due(later(40))
    again = renew(mine, method="cash", actor="user:1", now=later(41))
    assert state(referral) == ("granted", "closed", "completed")
    refund(again, actor="user:1", now=later(42))
    mine.refresh_from_db()
    assert (mine.state, mine.periods_paid) == ("past_due", 1)
    assert state(referral)[0] == "revoked"
    told = Event.objects.filter(name="membership.period_refunded").order_by("id")
    assert [event.data["periods"] for event in told] == [1, 1]


def test_a_membership_stands_while_a_paid_period_does(gym: Business, ana: Client) -> None:
    """4.5: of four months only the first order is refunded: three stand, and so does the reward of the friend who kept
    them; it is void once the last of them went too."""
    launch(gym, conditions=[{"kind": "membership_kept", "days": 60}])
    referral = bring(ana, "Ben")
    mine = buy(referral.friend, type_of(gym))
    renewals = [renew(mine, method="cash", actor="user:1", now=later(20 + number)) for number in range(3)]
    ask_again(later(60))
    assert state(referral)[0] == "granted"
    refund(mine.order, actor="user:1", now=later(61))  # type: ignore[arg-type]  # bought by an order
    mine.refresh_from_db()
    assert (mine.state, mine.periods_paid, mine.ends_at) == ("active", 3, datetime(2026, 6, 9, 22, 0, tzinfo=UTC))
    assert state(referral)[0] == "granted"
    for renewal in renewals:
        assert mine.state != "void"
        refund(renewal, actor="user:1", now=later(62))
        mine.refresh_from_db()
    assert (mine.state, state(referral)[0]) == ("void", "revoked")


@pytest.mark.parametrize("how", ["ends", "used_up", "given", "refunded"])
def test_what_does_not_keep_a_membership(gym: Business, ana: Client, how: str) -> None:
    """It has to run on the day, to be the friend's own purchase, and not to be given back."""
    pack = type_of(gym, name="Bono", kind="pack", period="", uses=1, valid_days=30 if how == "ends" else 60)
    gift = {"kind": "membership", "membership_type": pack.public_id} if how == "given" else None
    launch(gym, conditions=KEPT30, friend=gift)
    referral = bring(ana, "Ben")
    if how == "given":
        sell(referral.friend, make_product(gym))
    else:
        mine = buy(referral.friend, pack)
    if how == "used_up":
        mark_visit(referral.friend, key="v", **WHO)
    if how == "refunded":
        refund(mine.order, **WHO)  # type: ignore[arg-type]  # bought by an order
    end_due(later(31))
    ask_again(later(31))
    assert state(referral) == ("promised", "activated", "")
    assert missing(referral, later(31)) == ["Waiting for a membership that is kept 30 days."]
    assert referral.asks_at is None


def test_an_offer_that_nobody_can_earn_is_refused(gym: Business) -> None:
    """R-114: what takes longer than the friend has is no offer."""
    with pytest.raises(Invalid) as refused:
        read_offer(gym, {"conditions": KEPT30, "qualification_days": 29})
    assert refused.value.field == "qualification_days"
    assert read_offer(gym, {"conditions": KEPT30, "qualification_days": 0}).conditions == KEPT30


def test_a_lead_who_did_all_that_was_asked_completes_the_referral(gym: Business, ana: Client) -> None:
    """CASES 34, REQUIREMENTS 4.2: three visits without a purchase; nothing is left to settle, so it is complete, and
    the friend counts as activated once they are."""
    launch(gym, conditions=[{"kind": "sessions_attended", "at_least": 3}])
    referral = bring(ana, "Ben")
    for number in range(3):
        assert state(referral) == ("promised", "registered", "")
        mark_visit(referral.friend, key=f"v{number}", **WHO)
    assert state(referral) == ("granted", "closed", "completed")
    assert referral.activated_at is None
    activate(referral.friend, actor="user:1", now=later(1))
    assert state(referral) == ("granted", "closed", "completed")
    assert (referral.activated_at, referral.via) == (later(1), "manual")
    assert Event.objects.filter(name="referral.activated").count() == 1
    assert Event.objects.filter(name="referral.completed").count() == 1
