"""How a reward comes to be, waits, is given, and ends (REQUIREMENTS 4.3).

Every step is a conditional UPDATE of the state: whoever changes the row does the work, so a double click or two
workers act once.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.rewards import events
from plusone.rewards.models import Reward
from plusone.rewards.types import types
from plusone.rewards.types.base import CannotBeGiven, end_of

from . import limits
from .used import note_used, said

State, Reason = Reward.State, Reward.Reason
MOVES = (
    "state",
    "reason",
    "note",
    "available_at",
    "granted_at",
    "ended_at",
    "decided_by",
    "counted_at",
    "reserved",
    "met_limit",
)
PROMISE = ("kind", "params", "options", "amount", "limits", "clawback")


@transaction.atomic
def promise(
    client: Client,
    *,
    side: str,
    source: tuple[str, int],
    params: dict[str, Any],
    milestone: str = "1",
    due_by: datetime | None = None,
    hold_days: int = 0,
    needs_approval: bool = False,
    needs_active: bool = False,
    clawback: str = "within_balance",
    within: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> Reward:
    """Promise a reward (`params` as its kind's `clean` returned them).

    The same source, side and milestone twice is refused by the database.
    """
    kind = types[params["kind"]]()
    reward = Reward.objects.create(
        business=client.business,
        client=client,
        side=side,
        source_kind=source[0],
        source_id=source[1],
        milestone=milestone,
        kind=kind.name,
        params=params,
        options=kind.options(params),
        amount=kind.amount(client.business, params),
        hold_days=hold_days,
        needs_approval=needs_approval,
        needs_active=needs_active,
        clawback=clawback,
        limits=within or {},
        promised_at=now,
        due_by=due_by,
    )
    record(client.business, events.RewardPromised(**facts_of(reward)), client=client.pk, actor=actor, now=now)
    return reward


@transaction.atomic
def qualify(
    reward: Reward,
    *,
    basis: int | None = None,
    flagged: bool = False,
    is_disputed: bool = False,
    actor: str,
    now: datetime,
) -> Reward:
    """Move a promised reward on, since its conditions hold: to its hold, to a person's decision, or granted at once.

    `basis` is the money a percentage counts on: without it a percentage stays promised (CASES 42), and one that comes
    to nothing lapses (CASES 41). While a payment behind it `is_disputed` it waits as in a hold, also without one.
    """
    if reward.state != State.PROMISED or not _set_amount(reward, basis, actor=actor, now=now):
        return reward
    why = Reason.DISPUTED if is_disputed else Reason.HOLD
    if (reward.hold_days or is_disputed) and _move(
        reward, (State.PROMISED,), State.ON_HOLD, reason=why, available_at=_hold_end(reward, now)
    ):
        qualified = events.RewardQualified(**facts_of(reward))
        record(reward.business, qualified, client=reward.client_id, actor=actor, now=now)
        return reward
    return _review_or_grant(reward, (State.PROMISED,), flagged=flagged, actor=actor, now=now)


@transaction.atomic
def end_hold(reward: Reward, *, flagged: bool = False, actor: str, now: datetime) -> Reward:
    """Move a reward whose hold is over on, to a decision or granted. Nothing happens before its time, nor while a
    payment behind it is disputed."""
    if reward.state != State.ON_HOLD or reward.available_at is None or reward.available_at > now:
        return reward
    if reward.reason == Reason.DISPUTED:
        return reward
    return _review_or_grant(reward, (State.ON_HOLD,), flagged=flagged, actor=actor, now=now)


@transaction.atomic
def approve(
    reward: Reward, *, note: str = "", is_regardless: bool = False, also: str = "", actor: str, now: datetime
) -> bool:
    """Grant a reward that waits for a decision (or was declined: an override). Say whether this call did it.

    `is_regardless` where its conditions do not hold, so that it does not go for that; `also` is a state in which
    it may be too, with a note.

    Raise Refused otherwise, where an override has no note that says why, and where nobody knows yet what a percentage
    is worth (CASES 42).
    """
    reward.refresh_from_db(fields=["amount"])
    kind = types[reward.kind]()
    if reward.amount is None and kind.needs_basis(reward.params) and reward.state not in (State.GRANTED, State.CAPPED):
        raise Refused(
            _("How much this is will be known with the friend's first payment. It cannot be granted before."),
            code="amount_unknown",
        )
    note = note.strip()[:300]
    was = (State.AWAITING_APPROVAL, State.DECLINED, also) if note else (State.AWAITING_APPROVAL,)
    if _grant(reward, was, actor=actor, now=now, decided_by=actor, note=note, is_regardless=is_regardless):
        return True
    if reward.state == State.DECLINED:
        raise Refused(_("This reward was declined. Write why it is given after all."), code="note_needed", field="note")
    if reward.state in (State.GRANTED, State.AWAITING_CHOICE):
        return False
    raise Refused(
        _("This reward is not waiting for a decision."),
        code="not_awaiting",
        then=_("Its recommendation says where it stands."),
    )


@transaction.atomic
def choose(reward: Reward, option: int, *, basis: int | None = None, actor: str, now: datetime) -> bool:
    """Give the option that was chosen (counted from 0) of a reward that waits for it. Say whether this call did it.

    `basis` is the money that a percentage counts on. Raise Refused where another option was chosen before, or where
    the one that is wanted is worth nothing yet; then it can still be chosen.
    """
    if not 0 <= option < len(reward.options):
        raise Invalid(_("Choose one of the offered options."), field="option")
    params: dict[str, Any] = reward.options[option]
    kind = types[params["kind"]]()
    amount = kind.amount(reward.business, params, basis)
    if amount == 0:
        raise Refused(
            _("This option is worth nothing: the payment that it counts on was given back, or is too small."),
            code="worth_nothing",
            then=_("Choose another one."),
        )
    if kind.needs_basis(params) and amount is None:
        raise Refused(
            _("How much this is will be known with the friend's first payment. Choose it then, or another one now."),
            code="amount_unknown",
        )
    chosen = {"kind": kind.name, "params": params, "amount": amount}
    if _give(reward, (State.AWAITING_CHOICE,), actor=actor, now=now, chosen=option, **chosen):
        return True
    reward.refresh_from_db(fields=["params"])
    if reward.state == State.GRANTED and reward.params == params:
        return False
    if reward.state in (State.GRANTED, State.CAPPED):
        raise Refused(
            _("The choice was made already."), code="chosen", then=_("If it was a mistake, write to the business.")
        )
    raise Refused(
        _("There is nothing to choose at present."),
        code="nothing_to_choose",
        then=_("It can be chosen once it is due."),
    )


@transaction.atomic
def decline(
    reward: Reward, *, reason: Reward.Reason = Reason.DECLINED, note: str = "", actor: str, now: datetime
) -> bool:
    """Decline a reward that is not granted yet; the note says why. Say whether this call did it. Raise Refused when it
    was granted."""
    written = {"reason": reason, "note": note[:300], "declined_note": note[:300]}
    if _move(reward, Reward.OPEN, State.DECLINED, **written, ended_at=now, decided_by=actor):
        limits.leave_place(reward)
        declined = events.RewardDeclined(**facts_of(reward))
        record(reward.business, declined, client=reward.client_id, actor=actor, now=now)
        return True
    if reward.state == State.DECLINED:
        return False
    raise Refused(
        _("This reward was already settled and cannot be declined."),
        code="settled",
        then=_("What was given by mistake can be taken off the balance by hand."),
    )


@transaction.atomic
def reopen(
    reward: Reward,
    *,
    was: tuple[str, ...] = (State.DECLINED,),
    due_by: datetime | None = None,
    actor: str,
    now: datetime,
) -> bool:
    """Promise a reward again that was declined, or is what `was` says, so that it is settled anew. Say whether it was
    so. Never one that was given. `due_by` is its new last moment, where it has one of its own."""
    assert not {State.GRANTED, State.CAPPED} & set(was)
    cleared: dict[str, Any] = {"reason": "", "note": "", "available_at": None, "ended_at": None, "decided_by": ""}
    cleared["is_regardless"] = False
    if due_by is not None or reward.reason == Reason.DEADLINE:  # the one that was missed counts no more
        cleared["due_by"] = due_by
    if not _move(reward, was, State.PROMISED, **cleared):
        return False
    limits.leave_place(reward)
    record(reward.business, events.RewardPromised(**facts_of(reward)), client=reward.client_id, actor=actor, now=now)
    return True


@transaction.atomic
def ask_review(reward: Reward, reason: Reward.Reason, *, actor: str, now: datetime) -> bool:
    """Let a person decide about an open reward, because of `reason`. Say whether it was open."""
    if not _move(reward, (State.PROMISED, State.ON_HOLD), State.AWAITING_APPROVAL, reason=reason):
        return False
    asked = events.RewardReviewRequested(**facts_of(reward), reason=reason)
    record(reward.business, asked, client=reward.client_id, actor=actor, now=now)
    return True


@transaction.atomic
def bring_forward(reward: Reward, due_by: datetime) -> bool:
    """Let the last moment of a promised reward that has its own be no later than `due_by`. Say whether it moved."""
    later = Reward.objects.filter(pk=reward.pk, state=State.PROMISED, due_by__gt=due_by)
    moved = bool(later.update(due_by=due_by))
    reward.refresh_from_db(fields=["due_by"])
    return moved


@transaction.atomic
def lapse(reward: Reward, *, reason: str = "", missed: datetime | None = None, actor: str, now: datetime) -> bool:
    """End an open reward that will not be earned; `missed` is the last moment that passed. Say whether it was open."""
    last = {} if missed is None else {"due_by": missed}
    if not _move(reward, Reward.OPEN, State.LAPSED, reason=reason, ended_at=now, **last):
        return False
    limits.leave_place(reward)
    record(reward.business, events.RewardLapsed(**facts_of(reward)), client=reward.client_id, actor=actor, now=now)
    return True


@transaction.atomic
def revoke(reward: Reward, *, reason: str, actor: str, now: datetime) -> bool:
    """Take a reward back: unposted where it was not granted yet, else as far as it is unspent.

    Say whether there was one to take.
    """
    taken = whole = kept = 0
    if reward.clawback != "only_pending" and _move(
        reward, (State.GRANTED,), State.REVOKED, reason=reason, ended_at=now
    ):
        whole, counted = reward.amount or 1, limits.lock_taken(reward)
        why = Reason(reason).label if reason else State.REVOKED.label
        taken = types[reward.kind]().revoke(reward, whole, reason=said(reward, why), actor=actor, now=now)
        kept = note_used(reward, whole - taken)
        limits.give_back(counted, whole - kept if reward.amount else 0, wholly=not reward.unrecovered)
    elif _move(reward, Reward.PENDING, State.REVOKED, reason=reason, ended_at=now):
        limits.leave_place(reward)
    else:
        return False
    revoked = events.RewardRevoked(**facts_of(reward), taken=taken, reason=reason, unrecovered=whole - taken)
    record(reward.business, revoked, client=reward.client_id, actor=actor, now=now)
    return True


def _review_or_grant(reward: Reward, was: tuple[str, ...], *, flagged: bool, actor: str, now: datetime) -> Reward:
    if reward.needs_active and not Client.objects.filter(pk=reward.client_id, status=Client.Status.ACTIVE).exists():
        lapse(reward, reason=Reason.AMBASSADOR_INACTIVE, actor=actor, now=now)
    elif flagged or reward.needs_approval:
        ask_review(reward, Reason.FLAGGED if flagged else Reason.APPROVAL, actor=actor, now=now)
    else:
        _grant(reward, was, actor=actor, now=now)
    return reward


def _grant(reward: Reward, was: tuple[str, ...], *, actor: str, now: datetime, **columns: Any) -> bool:
    """Give a reward, or let its client choose first. Say whether this call did it."""
    if not types[reward.kind]().options(reward.params):
        return _give(reward, was, actor=actor, now=now, **columns)
    if not _move(reward, was, State.AWAITING_CHOICE, reason="", choice_since=now, ended_at=None, **columns):
        return False
    if over := limits.take_place(reward, actor=actor, now=now):
        return _cap(reward, State.AWAITING_CHOICE, over, actor=actor, now=now, choice_since=None)
    offered = events.RewardChoiceOffered(**facts_of(reward))
    record(reward.business, offered, client=reward.client_id, actor=actor, now=now)
    return True


def _give(
    reward: Reward, was: tuple[str, ...], *, actor: str, now: datetime, chosen: int | None = None, **columns: Any
) -> bool:
    """Give a reward; what its client cannot have lapses, with the reason, or is refused where they could choose another
    option. Say whether this call settled it."""
    try:
        with transaction.atomic():
            return _give_now(reward, was, actor=actor, now=now, chosen=chosen, **columns)
    except CannotBeGiven as refusal:
        if chosen is not None:
            raise Refused(refusal.why, code=refusal.reason, then=_("Choose another one.")) from refusal
        _move(reward, was, State.LAPSED, reason=refusal.reason, ended_at=now, **columns)
        record(reward.business, events.RewardLapsed(**facts_of(reward)), client=reward.client_id, actor=actor, now=now)
        return True


def _give_now(
    reward: Reward, was: tuple[str, ...], *, actor: str, now: datetime, chosen: int | None = None, **columns: Any
) -> bool:
    # Claimed first: of two callers one changes the row and gives, and a crash between leaves neither done.
    if not _move(reward, was, State.GRANTED, reason="", granted_at=now, ended_at=now, **columns):
        return False
    if chosen is not None:
        reward.refresh_from_db(fields=["kind", "params", "amount"])
        told = events.RewardChosen(**facts_of(reward), option=chosen)
        record(reward.business, told, client=reward.client_id, actor=actor, now=now)
    amount, limit = limits.take(reward, actor=actor, now=now)
    if limit is not None and amount is None:
        return _cap(reward, State.GRANTED, limit, actor=actor, now=now, granted_at=None)
    if limit is not None:
        reward.full_amount, reward.amount, reward.met_limit = reward.amount, amount, limit.name
        reward.save(update_fields=["full_amount", "amount", "met_limit"])
    if types[reward.kind].by_hand:
        reward.expires_at = end_of(reward.business, reward.params.get("expires_days"), now)
        reward.save(update_fields=["expires_at"])
    types[reward.kind]().grant(reward, actor=actor, now=now)
    record(reward.business, events.RewardGranted(**facts_of(reward)), client=reward.client_id, actor=actor, now=now)
    return True


def _cap(reward: Reward, was: str, limit: limits.Limit, *, actor: str, now: datetime, **columns: Any) -> bool:
    """Settle a reward that is over a limit."""
    _move(reward, (was,), State.CAPPED, reason=limit.reason, met_limit=limit.name, ended_at=now, **columns)
    limits.leave_place(reward)
    capped = events.RewardCapped(**facts_of(reward), reason=limit.reason)
    record(reward.business, capped, client=reward.client_id, actor=actor, now=now)
    return True


def _move(reward: Reward, was: tuple[str, ...], to: str, **columns: Any) -> bool:
    """Change the state where it is one of `was`; say whether it was. The reward is as the database has it then."""
    moved = Reward.objects.filter(pk=reward.pk, state__in=was).update(state=to, **columns)
    reward.refresh_from_db(fields=[*MOVES, *PROMISE])  # what it promises too: it may just have been raised
    return bool(moved)


def _set_amount(reward: Reward, basis: int | None, *, actor: str, now: datetime) -> bool:
    """Fix what a percentage is worth. Say whether the reward can move on."""
    kind = types[reward.kind]()
    if not kind.needs_basis(reward.params):
        return True
    amount = kind.amount(reward.business, reward.params, basis)
    if amount is None:
        return False
    if amount == 0:
        lapse(reward, reason=Reason.WORTH_NOTHING if basis else Reason.REFUNDED, actor=actor, now=now)
        return False
    reward.amount, reward.first_amount = amount, None
    reward.save(update_fields=["amount", "first_amount"])
    return True


def _hold_end(reward: Reward, now: datetime) -> datetime:
    return clock.day_start(reward.business, clock.day_of(reward.business, now) + timedelta(days=reward.hold_days))


def facts_of(reward: Reward) -> dict[str, Any]:
    """Return what every fact about a reward tells."""
    return {"reward": reward.pk, "side": reward.side, "kind": reward.kind, "amount": reward.amount or 0}
