"""What a referral's state makes due. `settle` is the one place that decides about rewards; reactions call it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.db.locks import locked_row
from plusone.kernel.models import Business
from plusone.referrals import events
from plusone.referrals.conditions import all_met, asked_again_at, deeds_of
from plusone.referrals.deeds import Deeds
from plusone.referrals.models import Referral
from plusone.referrals.offers import Step, offer_of
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of
from plusone.store.queries import has_open_dispute

from .milestones import SET, first_money, hold_back_blocked, is_for_full_set, note_qualified, settle_sets

State, Reason = Referral.State, Referral.Reason
MOMENT = timedelta(microseconds=1)
FAILED = (Reward.State.AWAITING_APPROVAL, Reward.Reason.ERROR)
WAITING = (Reward.State.PROMISED, Reward.State.ON_HOLD)
NOT_EARNED = (Reward.State.PROMISED, Reward.State.LAPSED)
ENDED_BY = {
    Reason.NOT_CONVERTED: Reward.Reason.DEADLINE,
    Reason.REJECTED: Reward.Reason.DECLINED,
    Reason.CAMPAIGN_ENDED: Reward.Reason.CAMPAIGN_ENDED,
    Reason.WITHDRAWN: Reward.Reason.WITHDRAWN,
    Reason.LEAD_DELETED: Reward.Reason.WITHDRAWN,
}


@transaction.atomic
def mark_activated(friend: Client, *, via: str, came_back: bool = False, actor: str, now: datetime) -> Referral | None:
    """Note that a referred friend became active, once; or, with `came_back`, that a former client is one again, which
    counts for a recommendation of their return alone. Return the referral, or None where there is none.

    One that was complete while the friend was a lead stays complete, and counts as activated from now on. So does one
    of a new friend whose time was over: it stays so, with nothing to be had for it, and brought a client (M-3).
    """
    # Who comes back years later does so of their own accord; a client for the first time is one only once.
    counting = (Reason.COMPLETED,) if came_back else (Reason.COMPLETED, Reason.NOT_CONVERTED)
    ended = Q(state=State.CLOSED, reason__in=counting, activated_at=None)
    waiting = Q(state=State.REGISTERED) | ended
    mine = Referral.objects.filter(waiting, business=friend.business, friend=friend)
    mine = mine.filter(returned_from__isnull=not came_back)
    referral = mine.select_related("business", "campaign").order_by("-id").first()
    if referral is None:
        return None
    late = referral.deadline_at and referral.deadline_at <= now and referral.qualified_at is None
    if referral.is_open and late and not _goes_on(referral, _held(referral), now):
        close_open(referral, Reason.NOT_CONVERTED, actor=actor, now=now)
    state = State.ACTIVATED if referral.is_open else State.CLOSED
    moved = Referral.objects.filter(waiting, pk=referral.pk)
    if not moved.update(state=state, activated_at=now, via=via):
        return None
    told = events.ReferralActivated(referral=referral.pk, ambassador=referral.ambassador_id, via=via)
    record(friend.business, told, client=friend.pk, actor=actor, now=now)
    return referral


@transaction.atomic
def settle(
    referral: Referral, *, lost: str = "", told_of: datetime | None = None, actor: str, now: datetime
) -> Referral:
    """Do what is due: move promised rewards on whose conditions hold, take back those whose conditions hold no longer,
    complete.

    `lost` is the reason why rewards are taken back, where they are. Running it again changes nothing. A rejected,
    withdrawn or lapsed referral stays as it is, and so does what a person gave regardless of its conditions, or has
    still to decide about since a step failed. What becomes due while a payment of the friend is disputed waits.

    `told_of` is when something happened that is told only now: where it was before a step's last moment, and all that
    the step asks for was the case then, the step is in time, and open again if it had ended for that.
    """
    referral = locked(referral)
    held = _held(referral)
    done = _done_in_time(referral, held, told_of, now)
    if done:
        _open_again(referral, held, done, actor=actor, now=now)
        _give_late(referral, [reward for reward in held if reward.step in done - {1}], actor=actor, now=now)
    if referral.terms is None or referral.reason not in ("", Reason.COMPLETED):
        return referral
    in_time = 1 in done
    if not in_time and is_overdue(referral, held, now=now):
        end_overdue(referral, actor=actor, now=now)
        if not referral.is_open:
            return referral
        held = _held(referral)
    offer, met = offer_of(referral.terms), _met(referral, now)
    met[1] = met[1] or in_time
    note_qualified(referral, met[1], now=now)
    _ask_again(referral, [step for step in offer.all_steps if not met[step.number]], now=now)
    _move_on(referral, held, met, lost=lost, actor=actor, now=now)
    if offer.counts_sets:
        settle_sets(referral, lost=lost, actor=actor, now=now)
        held = _held(referral)
    if _is_settled(referral, held):
        _complete(referral, actor=actor, now=now)
    return referral


def _move_on(
    referral: Referral, held: list[Reward], met: dict[int, bool], *, lost: str, actor: str, now: datetime
) -> None:
    basis = first_money(referral)
    is_disputed = any(reward.state in WAITING for reward in held) and has_open_dispute(referral.friend)
    hold_back_blocked([reward for reward in held if reward.milestone != SET and met[reward.step]], now=now)
    for reward in held:
        for_registering = is_for_registering(referral, reward)
        rewards.note_dispute(reward, is_disputed=is_disputed and not for_registering)
        if reward.milestone == SET or reward.is_regardless:
            continue
        if met[reward.step] or for_registering:
            waits = is_disputed and not for_registering
            rewards.resize(reward, basis, lost=lost or Reward.Reason.REFUNDED, actor=actor, now=now)
            rewards.qualify(reward, basis=basis, flagged=referral.flagged, is_disputed=waits, actor=actor, now=now)
        elif (reward.state, reward.reason) != FAILED:
            rewards.revoke(reward, reason=lost, actor=actor, now=now)
    for reward in held:  # what is still to be chosen, and may come to more now
        rewards.reserve(reward, basis, actor=actor, now=now)


@transaction.atomic
def complete(referral: Referral, *, actor: str, now: datetime) -> bool:
    """Close a referral of which nothing is left to settle, as after a person's decision. Say whether it was so."""
    referral = locked(referral)
    if not _is_settled(referral, _held(referral)):
        return False
    _complete(referral, actor=actor, now=now)
    return True


def is_earned(referral: Referral, reward: Reward, *, deeds: Deeds | None = None, now: datetime) -> bool:
    """Say whether what a reward of a referral waits for is the case now; of deeds at hand, where it is only told."""
    if referral.terms is None or is_for_registering(referral, reward):
        return True
    if reward.milestone == SET:
        return is_for_full_set(referral, reward)
    return _met(referral, now, deeds).get(reward.step, False)


def is_overdue(referral: Referral, held: list[Reward], *, now: datetime) -> bool:
    """Say whether the time is over and something promised was not earned in it (CASES 39)."""
    if referral.deadline_at is None or referral.deadline_at > now or not referral.is_open:
        return False
    if any(_is_late(referral, reward, now) for reward in held):
        return True
    if _goes_on(referral, held, now) or _was_first_met_in_time(referral, now):
        return False
    if referral.state == State.REGISTERED:
        return referral.qualified_at is None
    return _counts(referral) and referral.qualified_at is None


@transaction.atomic
def end_overdue(referral: Referral, *, actor: str, now: datetime) -> bool:
    """End a referral that did not convert in time; of one that did, only what is still promised lapses (CASES 39).

    A verification period may well end after the last day, and a further step have a later one. Say whether anything
    changed.
    """
    held = _held(referral)
    goes_on = _goes_on(referral, held, now) or _was_first_met_in_time(referral, now)
    if referral.qualified_at is None and not goes_on:
        went_further = any(reward.step > 1 and reward.state not in NOT_EARNED for reward in held)
        if referral.state == State.REGISTERED or not went_further:
            return close_open(referral, Reason.NOT_CONVERTED, actor=actor, now=now)
    for reward in held:
        if _is_late(referral, reward, now):
            missed = reward.due_by or referral.deadline_at
            rewards.lapse(reward, reason=Reward.Reason.DEADLINE, missed=missed, actor=actor, now=now)
    complete(referral, actor=actor, now=now)
    referral.refresh_from_db(fields=["state", "reason", "closed_at"])
    return True


def last_moment(business: Business, since: datetime, days: int) -> datetime:
    """Return when a time of `days` calendar days after `since` is over:

    at the end of the last day, in the business's zone.
    """
    return clock.day_start(business, clock.day_of(business, since) + timedelta(days=days + 1))


def bring_forward(referral: Referral, deadline: datetime) -> None:
    """Let the time of an open referral, all its steps included, end no later than `deadline`."""
    for reward in _held(referral):
        rewards.bring_forward(reward, deadline)
    if referral.deadline_at is None or referral.deadline_at > deadline:
        referral.deadline_at = deadline
        referral.save(update_fields=["deadline_at"])


@transaction.atomic
def close_open(referral: Referral, reason: Referral.Reason, *, actor: str, now: datetime, note: str = "") -> bool:
    """End an open referral for `reason`: what is open lapses, what was granted stays. Say whether it was open."""
    open_now = Referral.objects.filter(pk=referral.pk).exclude(state=State.CLOSED)
    if not open_now.update(state=State.CLOSED, reason=reason, closed_at=now, note=note[:300]):
        return False
    referral.refresh_from_db(fields=["state", "reason", "closed_at", "note"])
    why = ENDED_BY[reason]
    for reward in _held(referral):
        # A friend's gift on registering was earned: who did not convert in time loses what is still promised alone.
        if reason != Reason.NOT_CONVERTED or reward.state == Reward.State.PROMISED:
            missed = reward.due_by or referral.deadline_at if reason == Reason.NOT_CONVERTED else None
            rewards.lapse(reward, reason=why, missed=missed, actor=actor, now=now)
    if referral.qualified_at is not None and _counts(referral):
        settle_sets(referral, lost="", actor=actor, now=now)
    fact = {
        Reason.LEAD_DELETED: events.ReferralLeadDeleted,
        Reason.NOT_CONVERTED: events.ReferralNotConverted,
        Reason.WITHDRAWN: events.ReferralWithdrawn,
        Reason.CAMPAIGN_ENDED: events.ReferralWithdrawn,
        Reason.REJECTED: events.ReferralRejected,
    }[reason]
    told = fact(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    return True


def locked(referral: Referral) -> Referral:
    """Return the referral as it is now, locked until the transaction ends."""
    return locked_row(Referral.objects.select_related("business", "friend", "ambassador", "terms"), referral.pk)


def _met(referral: Referral, now: datetime, deeds: Deeds | None = None) -> dict[int, bool]:
    """Return of which steps all conditions hold."""
    assert referral.terms is not None
    offer, deeds = offer_of(referral.terms), deeds or deeds_of([referral])
    met = {step.number: all_met(referral, step.conditions, deeds=deeds, now=now) for step in offer.all_steps}
    # What comes after the last day is too late for the first step, however long further ones go on.
    missed = offer.steps and referral.qualified_at is None and referral.deadline_at and referral.deadline_at <= now
    met[1] = met[1] and not (missed and not _was_first_met_in_time(referral, now, deeds))
    return met


def _held(referral: Referral) -> list[Reward]:
    return rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, [])


def _is_late(referral: Referral, reward: Reward, now: datetime) -> bool:
    """Say whether something is still promised whose last moment has passed."""
    last = reward.due_by or referral.deadline_at
    if referral.terms is None or reward.state != Reward.State.PROMISED or last is None or last > now:
        return False
    step = offer_of(referral.terms).all_steps[reward.step - 1]
    return not _was_met_in_time(referral, step, last, now)


def _goes_on(referral: Referral, held: list[Reward], now: datetime) -> bool:
    """Say whether a further step can still be earned."""
    return any(
        reward.step > 1 and reward.state == Reward.State.PROMISED and not _is_late(referral, reward, now)
        for reward in held
    )


def is_for_registering(referral: Referral, reward: Reward) -> bool:
    """Say whether a reward is the friend's gift for registering, which waits for no condition."""
    assert referral.terms is not None
    is_gift = reward.side == Reward.Side.FRIEND and reward.step == 1
    return is_gift and referral.terms.friend_reward_on == "registered"


def _counts(referral: Referral) -> bool:
    return referral.terms is not None and offer_of(referral.terms).counts_sets


def _ask_again(referral: Referral, unmet: list[Step], *, now: datetime) -> None:
    """Write when the conditions are to be asked again because time passes, for the sweep to compare with the clock."""
    wanted = [condition for step in unmet for condition in step.conditions]
    at = asked_again_at(referral, wanted, now=now) if referral.is_open else None
    if at != referral.asks_at:
        referral.asks_at = at
        referral.save(update_fields=["asks_at"])


def _was_met_in_time(referral: Referral, step: Step, last: datetime, now: datetime, deeds: Deeds | None = None) -> bool:
    """Say whether time made a step's conditions hold before its last moment, and only nobody has looked since. What was
    done or paid after it makes nothing of it."""
    looked_late = referral.asks_at is not None and referral.asks_at < last and referral.asks_at <= now
    return looked_late and step.takes_days > 0 and _met_by(referral, step, last - MOMENT, deeds)


def _met_by(referral: Referral, step: Step, moment: datetime, deeds: Deeds | None = None) -> bool:
    """Say whether a step's conditions held at a moment in the past, whatever was given back since."""
    referral.as_of = moment
    try:
        return all_met(referral, step.conditions, deeds=deeds, now=moment)
    finally:
        referral.as_of = None


def _was_first_met_in_time(referral: Referral, now: datetime, deeds: Deeds | None = None) -> bool:
    if referral.terms is None or referral.deadline_at is None:
        return False
    return _was_met_in_time(referral, offer_of(referral.terms).all_steps[0], referral.deadline_at, now, deeds)


def _done_in_time(referral: Referral, held: list[Reward], told_of: datetime | None, now: datetime) -> set[int]:
    """Return the steps whose time was over and of which something that is told late was done in time, and made all hold
    by then that they ask for. That holds today as well, whatever was given back since."""
    if told_of is None or referral.terms is None or referral.reason not in ("", Reason.COMPLETED, Reason.NOT_CONVERTED):
        return set()
    lasts: dict[int, datetime | None] = {}
    if referral.qualified_at is None and referral.reason != Reason.COMPLETED:
        lasts[1] = referral.deadline_at
    for reward in held:
        if reward.step > 1 and (reward.state == Reward.State.PROMISED or reward.reason == Reward.Reason.DEADLINE):
            lasts[reward.step] = reward.due_by or referral.deadline_at
    steps = offer_of(referral.terms).all_steps
    done = {
        number
        for number, last in lasts.items()
        if last is not None and told_of < last <= now and _met_then_and_now(referral, steps[number - 1], last, now)
    }
    # Of a friend one is open: who left and was asked back meanwhile is that one's.
    return set() if done and referral.reason == Reason.NOT_CONVERTED and has_other_open(referral) else done


def has_other_open(referral: Referral) -> bool:
    """Say whether another recommendation of the same friend is open."""
    mine = Referral.objects.filter(business=referral.business_id, friend=referral.friend_id)
    return mine.exclude(state=State.CLOSED).exclude(pk=referral.pk).exists()


def _met_then_and_now(referral: Referral, step: Step, last: datetime, now: datetime) -> bool:
    return _met_by(referral, step, last - MOMENT) and all_met(referral, step.conditions, now=now)


def _open_again(referral: Referral, held: list[Reward], done: set[int], *, actor: str, now: datetime) -> None:
    """Let a referral be as if its time had not run out: what these steps promised is promised again.

    A lead who missed the first step stays one who did not convert, whatever further step is in time.
    """
    if referral.reason == Reason.NOT_CONVERTED and (1 in done or _converted(referral)):
        referral.state = State.ACTIVATED if referral.activated_at else State.REGISTERED
        referral.reason, referral.closed_at = "", None
        referral.save(update_fields=["state", "reason", "closed_at"])
        told = events.ReferralRevived(referral=referral.pk, ambassador=referral.ambassador_id)
        record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    for reward in held:
        if reward.step in done and reward.reason == Reward.Reason.DEADLINE:
            last = reward.due_by if reward.step > 1 else None
            rewards.reopen(reward, was=(Reward.State.LAPSED,), due_by=last, actor=actor, now=now)


def _converted(referral: Referral) -> bool:
    """Say whether the friend became a client before the recommendation ended, and not some day later."""
    at, closed = referral.activated_at, referral.closed_at
    return at is not None and (closed is None or at < closed)


def _give_late(referral: Referral, further: list[Reward], *, actor: str, now: datetime) -> None:
    """Move the rewards of further steps on that are in time after all; what nobody knows the worth of has missed it."""
    if not further:
        return
    _move_on(referral, further, {reward.step: True for reward in further}, lost="", actor=actor, now=now)
    for reward in further:
        if reward.state == Reward.State.PROMISED:
            why, missed = Reward.Reason.DEADLINE, reward.due_by or referral.deadline_at
            rewards.lapse(reward, reason=why, missed=missed, actor=actor, now=now)


def _is_settled(referral: Referral, held: list[Reward]) -> bool:
    """Say whether the friend did all that was asked, or became a client, and nothing can become of it any more.

    A lead who came as often as the terms ask for is no client yet, and the referral is complete all the same.
    """
    came = referral.state == State.ACTIVATED or (referral.is_open and referral.qualified_at is not None)
    return came and not _waits(referral, held)


def _waits(referral: Referral, held: list[Reward]) -> bool:
    """Say whether something can still become of an open referral."""
    return any(reward.is_open for reward in held) or (_counts(referral) and referral.qualified_at is None)


def _complete(referral: Referral, *, actor: str, now: datetime) -> None:
    open_now = Referral.objects.filter(pk=referral.pk).exclude(state=State.CLOSED)
    moved = open_now.update(state=State.CLOSED, reason=Reason.COMPLETED, closed_at=now)
    referral.refresh_from_db(fields=["state", "reason", "closed_at"])
    if not moved:
        return
    told = events.ReferralCompleted(referral=referral.pk, ambassador=referral.ambassador_id)
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
