"""Whether other terms take nothing from anybody: what decides who of an open recommendation may get them (Q-07)."""

from collections.abc import Iterator, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from plusone.rewards.commands import RAISABLE
from plusone.rewards.models import Reward
from plusone.rewards.types.base import covers

from .conditions import conditions
from .offers import Offer, Params, Step

CLAWBACKS = ("only_pending", "within_balance", "allow_negative")  # the mildest first
type Held = Mapping[tuple[str, str], Reward]  # by milestone and side
KEPT = (*RAISABLE, Reward.State.AWAITING_CHOICE, Reward.State.GRANTED)


class Why(models.TextChoices):
    """Why a recommendation keeps the terms that it has."""

    FRIEND_LESS = "friend_less", _("The friend would receive less.")
    FRIEND_OTHER = "friend_other", _("The friend would receive something else: nobody can say whether it is more.")
    AMBASSADOR_LESS = "ambassador_less", _("Your client would receive less.")
    AMBASSADOR_OTHER = (
        "ambassador_other",
        _("Your client would receive something else: nobody can say whether it is more."),
    )
    CONDITIONS_HARDER = "conditions_harder", _("The friend would have to do more for it.")
    CONDITIONS_OTHER = "conditions_other", _("The friend would have to do something else for it.")
    LATER = "later", _("It would be given later.")
    SHORTER = "shorter", _("The friend would have less time.")
    APPROVAL = "approval", _("You would have to approve it, which was not said before.")
    LIMITED = "limited", _("A limit or a budget would hold that was not there before, or a lower one.")
    CLAWBACK = "clawback", _("A refund could take more of it back.")
    MUST_BE_ACTIVE = (
        "must_be_active",
        _("Your client would have to be active when it is due, which was not said before."),
    )
    STEP_GONE = "step_gone", _("It had a step that the newest terms do not have.")
    SETS = "sets", _("One reward for several friends counts them by the same terms; it cannot change for some of them.")
    RETURNED = "returned", _("It is of a former client who came back: those keep the terms of that day.")
    OVERDUE = "overdue", _("Its time is over.")
    ALL_GIVEN = "all_given", _("All that was promised is given already.")


def objections(old: Offer, new: Offer, held: Held) -> list[Why]:
    """Return what speaks against giving a recommendation with these rewards the terms `new` instead of `old`; none
    where no side gets less. What is given already stays with whoever has it, so it is not compared."""
    found = list(dict.fromkeys(_objections(old, new, held)))
    return found or ([] if _gives_more(new, held) else [Why.ALL_GIVEN])


def _gives_more(new: Offer, held: Held) -> bool:
    """Say whether the new terms have a part in anything: something waits still, or something is promised anew."""
    there = {Reward.Side.FRIEND: "friend_reward", Reward.Side.AMBASSADOR: "ambassador_reward"}
    anew = any(
        getattr(step, name) and (step.milestone, side) not in held
        for step in new.all_steps
        for side, name in there.items()
    )
    return anew or any(row.state in RAISABLE for row in held.values())


def _objections(old: Offer, new: Offer, held: Held) -> Iterator[Why]:
    if old.counts_sets or new.counts_sets:
        yield Why.SETS
        return
    after = {step.number: step for step in new.all_steps}
    for step in old.all_steps:
        then = after.get(step.number) or Step(step.number, step.conditions, None, None)
        yield from _step_objections(old, new, step, then, held)
        mine = [row for (milestone, _side), row in held.items() if milestone == step.milestone]
        # What is still open of it would be less. What is not has to be told by, or taken back with, its conditions.
        if step.number not in after and mine and not any(row.state in RAISABLE for row in mine):
            yield Why.STEP_GONE
    is_gift = old.all_steps[0].friend_reward and ("1", Reward.Side.FRIEND) in held
    if is_gift and old.friend_reward_on == "registered" and new.friend_reward_on != "registered":
        yield Why.LATER
    if new.qualification_days and not 0 < old.qualification_days <= new.qualification_days:
        yield Why.SHORTER
    if new.needs_approval and not old.needs_approval:
        yield Why.APPROVAL
    if _is_tighter(old.caps or {}, new.caps or {}) or _is_tighter(_budget(old), _budget(new)):
        yield Why.LIMITED
    if CLAWBACKS.index(new.clawback) > CLAWBACKS.index(old.clawback):
        yield Why.CLAWBACK
    if new.require_active_ambassador and not old.require_active_ambassador:
        yield Why.MUST_BE_ACTIVE


def _step_objections(old: Offer, new: Offer, step: Step, then: Step, held: Held) -> Iterator[Why]:
    rows = {side: held.get((step.milestone, side)) for side in Reward.Side}
    for side, was, would_be, less, other, usual in (
        (
            Reward.Side.FRIEND,
            step.friend_reward,
            then.friend_reward,
            Why.FRIEND_LESS,
            Why.FRIEND_OTHER,
            (old.friend_hold_days, new.friend_hold_days),
        ),
        (
            Reward.Side.AMBASSADOR,
            step.ambassador_reward,
            then.ambassador_reward,
            Why.AMBASSADOR_LESS,
            Why.AMBASSADOR_OTHER,
            (old.hold_days, new.hold_days),
        ),
    ):
        row = rows[side]
        if row is None or row.state not in RAISABLE:
            continue
        covered = covers(was, would_be)
        if not covered:
            yield less if covered is False else other
        if _hold(then, usual[1]) > _hold(step, usual[0]):
            yield Why.LATER
    # A step that was given is taken back where its conditions hold no longer, so they may not become harder either.
    if any(row is not None and row.state in KEPT for row in rows.values()):
        yield from _condition_objections(step.conditions, then.conditions)


def _condition_objections(old: list[Params], new: list[Params]) -> Iterator[Why]:
    for wanted in new:
        kind = conditions[wanted["kind"]]()
        asked = [kind.is_no_harder(was, wanted) for was in old if was["kind"] == wanted["kind"]]
        if True not in asked:
            yield Why.CONDITIONS_HARDER if not asked or False in asked else Why.CONDITIONS_OTHER


def _hold(step: Step, usual: int) -> int:
    return usual if step.hold_days is None else step.hold_days


def _budget(offer: Offer) -> dict[str, int]:
    return {"budget": offer.budget} if offer.budget else {}


def _is_tighter(old: dict[str, int], new: dict[str, int]) -> bool:
    return any(name not in old or most < old[name] for name, most in new.items())
