"""What the loop does by itself: a lead that becomes active activates its referral, and a referral settles its rewards.

`settle` runs in reactions of its own, so that a reward that fails neither undoes the activation nor the sale: its
rewards then wait for a person, with the reason `error` (DESIGN 1).
"""

from datetime import datetime

from plusone.agenda.events import CheckDone, CheckFact, CheckUndone, SessionAttended, SessionUnmarked, VisitFact
from plusone.agenda.models import Check, Visit
from plusone.clients.events import ClientActivated, ClientChanged, ClientDeleted, ClientReactivated
from plusone.clients.models import Client
from plusone.events.facts import Fact
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.kernel.queue.sweeps import sweep
from plusone.referrals import commands
from plusone.referrals.commands.settling import close_open
from plusone.referrals.events import ReferralActivated, ReferralFact, ReferralRegistered
from plusone.referrals.models import Referral
from plusone.referrals.queries import referral_of, referrals_that_brought
from plusone.rewards import commands as rewards
from plusone.rewards.events import RewardCapped, RewardDeclined, RewardFact, RewardGranted, RewardLapsed
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of
from plusone.store.events import OrderDisputeClosed, OrderDisputed, OrderPaid, OrderRefunded
from plusone.store.models import Payment
from plusone.store.queries import has_money_left, is_dispute_lost


def ask_about_rewards(business: Business, event: Event, fact: Fact, now: datetime, error: Exception) -> None:
    """Let a person decide about the open rewards of the friend whose settlement failed."""
    assert event.client_id is not None
    friend = Client.objects.get(business=business, pk=event.client_id)
    held = rewards_of(business, "referral", [referral.pk for referral in referrals_that_brought(friend)])
    for reward in (one for mine in held.values() for one in mine):
        rewards.ask_review(reward, Reward.Reason.ERROR, actor="system", now=now)


@reaction(ClientActivated)
def activate_referral(business: Business, event: Event, fact: ClientActivated, now: datetime) -> None:
    """A referred lead that becomes active activates the referral (R-026)."""
    assert event.client_id is not None
    friend = Client.objects.select_related("business").get(business=business, pk=event.client_id)
    commands.mark_activated(friend, via=fact.via, actor=event.actor, now=now)


@reaction(ClientReactivated)
def activate_return(business: Business, event: Event, fact: ClientReactivated, now: datetime) -> None:
    """A former client who was recommended and is one again activates that recommendation (Q-10)."""
    assert event.client_id is not None
    friend = Client.objects.select_related("business").get(business=business, pk=event.client_id)
    if friend.is_active and (fact.via != "purchase" or _pays(friend)):
        commands.mark_activated(friend, via=fact.via, came_back=True, actor=event.actor, now=now)


def _pays(friend: Client) -> bool:
    """Say whether who came back has bought something that makes a client, since they were invited back (Q-11)."""
    referral = referral_of(friend)
    since = referral.counts_from if referral else None
    return friend.business.free_orders_activate or has_money_left(friend, since=since)


@reaction(ReferralRegistered, failed=ask_about_rewards)
def give_welcome_gift(business: Business, event: Event, fact: ReferralFact, now: datetime) -> None:
    """A friend's gift on registering is given at once."""
    commands.settle(Referral.objects.get(business=business, pk=fact.referral), actor=event.actor, now=now)


@reaction(ReferralActivated, failed=ask_about_rewards)
def reward_ambassador(business: Business, event: Event, fact: ReferralFact, now: datetime) -> None:
    """An activated referral is settled in the same transaction (R-027); before, what the friend paid with is looked
    at."""
    _look_at_payments(business, event, now)
    commands.settle(Referral.objects.get(business=business, pk=fact.referral), actor=event.actor, now=now)


@reaction(OrderPaid, failed=ask_about_rewards)
def settle_after_payment(business: Business, event: Event, fact: OrderPaid, now: datetime) -> None:
    """Money that a friend pays may make a reward due; of who is back for nothing so far, it makes a client again."""
    friend = Client.objects.select_related("business").get(business=business, pk=event.client_id or 0)
    if fact.cash and friend.is_active:
        commands.mark_activated(friend, via="purchase", came_back=True, actor=event.actor, now=now)
    if friend.is_active:  # of a lead the activation looks: it locks the client before the referral
        _look_at_payments(business, event, now)
    _settle_friend(business, event, now, active=True)


@reaction(ClientChanged)
def look_at_changes(business: Business, event: Event, fact: ClientChanged, now: datetime) -> None:
    """Whose address, phone or name was changed may turn out to be somebody else, or the same as the other one."""
    if {"email", "phone", "first_name", "last_name"} & set(fact.fields):
        client = Client.objects.select_related("business").get(business=business, pk=event.client_id or 0)
        commands.look_again_at(client, now=now)


def _look_at_payments(business: Business, event: Event, now: datetime) -> None:
    """Look once more at the open referral of somebody who paid with a reference (CASES 25)."""
    if not Payment.objects.filter(business=business, client=event.client_id).exclude(reference="").exists():
        return
    mine = Referral.objects.filter(business=business, friend=event.client_id).exclude(state=Referral.State.CLOSED)
    for referral in mine.select_related("business", "friend", "ambassador"):
        commands.look_again(referral, now=now)


@reaction(OrderRefunded, failed=ask_about_rewards)
def settle_after_refund(business: Business, event: Event, fact: OrderRefunded, now: datetime) -> None:
    """Money that a friend gets back, or that their bank took back, may take a reward's ground away."""
    is_lost = is_dispute_lost(business, fact.order)
    lost = Reward.Reason.DISPUTE_LOST if is_lost else Reward.Reason.REFUNDED
    _settle_friend(business, event, now, active=True, lost=lost)


@reaction(OrderDisputed, failed=ask_about_rewards)
def wait_for_dispute(business: Business, event: Event, fact: OrderDisputed, now: datetime) -> None:
    """What is still to be given for a friend waits while a payment of theirs is disputed."""
    _settle_friend(business, event, now, active=True)


@reaction(OrderDisputeClosed, failed=ask_about_rewards)
def go_on_after_dispute(business: Business, event: Event, fact: OrderDisputeClosed, now: datetime) -> None:
    """What waited for the end of a dispute goes on. Of one that is lost the refund that follows says what is left."""
    if not fact.amount:
        _settle_friend(business, event, now, active=True)


@reaction(SessionAttended, failed=ask_about_rewards)
def settle_after_visit(business: Business, event: Event, fact: VisitFact, now: datetime) -> None:
    """A visit may make a reward due, of a lead's recommendation too; also one that is told after the last day."""
    visit = Visit.objects.filter(business=business, pk=fact.visit).first()
    _settle_friend(business, event, now, told_of=visit.at if visit else None)


@reaction(SessionUnmarked, failed=ask_about_rewards)
def settle_after_unmarking(business: Business, event: Event, fact: VisitFact, now: datetime) -> None:
    """A visit that was none may take a reward's ground away."""
    _settle_friend(business, event, now)


@reaction(CheckDone, failed=ask_about_rewards)
def settle_after_check(business: Business, event: Event, fact: CheckFact, now: datetime) -> None:
    """What a friend was asked to do and has done may make a reward due, of a lead's recommendation too."""
    check = Check.objects.filter(business=business, pk=fact.check).first()
    _settle_friend(business, event, now, told_of=check.at if check else None)


@reaction(CheckUndone, failed=ask_about_rewards)
def settle_after_unticking(business: Business, event: Event, fact: CheckFact, now: datetime) -> None:
    """A check that was none may take a reward's ground away."""
    _settle_friend(business, event, now)


def _settle_friend(
    business: Business,
    event: Event,
    now: datetime,
    *,
    active: bool = False,
    lost: str = "",
    told_of: datetime | None = None,
) -> None:
    """Settle the referrals that brought somebody; with `active` only those that are activated.

    A payment that activates locks the client first, then the referral; a lead's referral must not be locked before.
    """
    for referral in referrals_that_brought(Client(pk=event.client_id, business=business)):
        if referral.activated_at is not None or not active:
            commands.settle(referral, lost=lost, told_of=told_of, actor=event.actor, now=now)


@reaction(RewardGranted)
def complete_after_grant(business: Business, event: Event, fact: RewardGranted, now: datetime) -> None:
    """A person who grants a referral's last open reward leaves nothing to settle (REQUIREMENTS 4.2)."""
    _complete_after_decision(business, event, fact, now)


@reaction(RewardCapped)
def complete_after_cap(business: Business, event: Event, fact: RewardCapped, now: datetime) -> None:
    """A grant by a person that met a limit settles the reward too."""
    _complete_after_decision(business, event, fact, now)


@reaction(RewardDeclined)
def complete_after_refusal(business: Business, event: Event, fact: RewardDeclined, now: datetime) -> None:
    """A person who declines a referral's last open reward leaves nothing to settle."""
    _complete_after_decision(business, event, fact, now)


@reaction(RewardLapsed)
def complete_after_lapse(business: Business, event: Event, fact: RewardLapsed, now: datetime) -> None:
    """A grant by a person of what its client cannot have leaves nothing to settle either."""
    _complete_after_decision(business, event, fact, now)


def _complete_after_decision(business: Business, event: Event, fact: RewardFact, now: datetime) -> None:
    reward = Reward.objects.get(business=business, pk=fact.reward)
    if reward.source_kind == "referral" and reward.decided_by:
        referral = Referral.objects.select_related("business").get(business=business, pk=reward.source_id)
        commands.complete(referral, actor=event.actor, now=now)


@reaction(ClientDeleted)
def close_referrals(business: Business, event: Event, fact: ClientDeleted, now: datetime) -> None:
    """A deleted lead closes its referral, counted (M-4); a deleted ambassador's open referrals are withdrawn

    (R-282).
    """
    open_now = (
        Referral.objects.filter(business=business).exclude(state=Referral.State.CLOSED).select_related("business")
    )
    for referral in open_now.filter(friend_id=event.client_id):
        reason = Referral.Reason.WITHDRAWN if referral.activated_at else Referral.Reason.LEAD_DELETED
        close_open(referral, reason, actor=event.actor, now=now)
    for referral in open_now.filter(ambassador_id=event.client_id):
        close_open(referral, Referral.Reason.WITHDRAWN, actor=event.actor, now=now)
    # A gift on registering outlives a recommendation that ran out of time; it is for nobody now.
    for reward in Reward.objects.filter(business=business, client=event.client_id, state__in=Reward.OPEN).order_by(
        "pk"
    ):
        rewards.lapse(reward, reason=Reward.Reason.WITHDRAWN, actor=event.actor, now=now)


@sweep(every_seconds=5)
def roll_up_visits(now: datetime) -> int:
    """Count visits into their days."""
    return commands.roll_up_visits(now)


@sweep(every_seconds=30)
def start_and_end_campaigns(now: datetime) -> int:
    """Let campaigns begin and end on their days."""
    return commands.start_and_end_campaigns(now)


@sweep(every_seconds=60)
def ask_again(now: datetime) -> int:
    """Settle the referrals whose conditions may hold because time has passed."""
    return commands.ask_again(now)


@sweep(every_seconds=60)
def close_overdue(now: datetime) -> int:
    """End the referrals whose last day is over."""
    return commands.close_overdue(now)


@sweep(every_seconds=3600)
def remind_of_cases(now: datetime) -> int:
    """Remind owners of doubtful recommendations that nobody has decided about."""
    return commands.remind_of_cases(now)


@sweep(every_seconds=3600)
def remind_of_choices(now: datetime) -> int:
    """Remind clients, once, of a reward that they have not chosen for two weeks."""
    return rewards.remind_of_choices(now)


@sweep(every_seconds=3600)
def forget_arrivals(now: datetime) -> int:
    """Forget which networks registrations came from."""
    return commands.forget_arrivals(now)


@sweep(every_seconds=30)
def end_holds(now: datetime) -> int:
    """Move the rewards on whose verification period is over."""
    return commands.end_holds(now)
