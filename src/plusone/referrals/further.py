"""The further steps of an offer in sentences, after its first: for the owner, the client and the friend (R-297)."""

from collections.abc import Sequence
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from plusone.rewards.types import types

from .conditions import conditions
from .models import Referral
from .offers import Offer, Params, Step, offer_of

type Side = Literal["friend_reward", "ambassador_reward"]


def actions_phrase(business: Business, wanted: Sequence[Params], *, own: bool = False) -> str:
    """Return what a friend has to do, as a phrase after "once the friend", or with `own` after "once you"."""
    kinds = [(conditions[params["kind"]](), params) for params in wanted]
    actions = [kind.own_action(business, params) if own else kind.action(business, params) for kind, params in kinds]
    if len(actions) == 1:
        return actions[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(actions[:-1]), "last": actions[-1]}


def step_name(step: Step) -> str:
    """Return what a step is called."""
    return step.name or _("Step %(number)s") % {"number": step.number}


def step_of(referral: Referral, reward: Reward) -> str:
    """Return what the further step is called that a reward is for; nothing for the first."""
    if reward.step == 1 or referral.terms is None:
        return ""
    return step_name(offer_of(referral.terms).all_steps[reward.step - 1])


def steps_for_owner(business: Business, offer: Offer) -> list[str]:
    """Return a sentence for each further step, as the builder tells it."""
    return [_for_owner(business, offer, step) for step in offer.further]


def steps_for_ambassador(business: Business, offer: Offer) -> list[str]:
    """Return what the client who recommends is told of each further step, on either side."""
    return [line for step in offer.further for line in _for_ambassador(business, offer, step)]


def steps_for_friend(business: Business, offer: Offer) -> list[str]:
    """Return what the friend is told of the further steps that give them something."""
    return [
        (
            _("You also receive %(gift)s once you %(action)s.")
            if _is_more(offer, step, "friend_reward")
            else _("You receive %(gift)s once you %(action)s.")
        )
        % _parts(business, step, own=True)
        for step in offer.further
        if step.friend_reward
    ]


def steps_deadlines(offer: Offer, of: Sequence[Step]) -> list[str]:
    """Tell the friend how long they have for some further steps."""
    if not offer.qualification_days:
        return []
    return [
        _("For “%(step)s” you have %(days)s days.")
        % {"step": step_name(step), "days": offer.qualification_days + step.takes_days}
        for step in of
    ]


def steps_small_print(offer: Offer) -> list[str]:
    """Return what has to be known of the further steps: a verification period or a last day of their own."""
    mine = [step for step in offer.further if step.ambassador_reward]
    longer = [step for step in mine if step.takes_days and offer.qualification_days]
    return [
        *(
            _("For “%(step)s” your friend has %(days)s days.")
            % {"step": step_name(step), "days": offer.qualification_days + step.takes_days}
            for step in longer
        ),
        *_own_holds(offer, mine),
    ]


def _own_holds(offer: Offer, steps: Sequence[Step]) -> list[str]:
    return [
        ngettext(
            "The reward of “%(step)s” is verified for %(days)s day before you can use it.",
            "The reward of “%(step)s” is verified for %(days)s days before you can use it.",
            step.hold_days or 0,
        )
        % {"step": step_name(step), "days": step.hold_days}
        for step in steps
        if step.hold_days and step.hold_days != offer.hold_days
    ]


def _is_more(offer: Offer, step: Step, side: Side) -> bool:
    """Say whether a side is given something before a step already: who is not receives nothing “also”."""
    return any(getattr(before, side) for before in offer.all_steps[: step.number - 1])


def _for_owner(business: Business, offer: Offer, step: Step) -> str:
    if step.friend_reward:
        is_more = _is_more(offer, step, "friend_reward")
        if step.ambassador_reward and is_more:
            said = _("Once the friend %(action)s, the friend also receives %(gift)s, and your client %(reward)s.")
        elif step.ambassador_reward:
            said = _("Once the friend %(action)s, the friend receives %(gift)s, and your client %(reward)s.")
        elif is_more:
            said = _("Once the friend %(action)s, the friend also receives %(gift)s.")
        else:
            said = _("Once the friend %(action)s, the friend receives %(gift)s.")
    elif _is_more(offer, step, "ambassador_reward"):
        said = _("Once the friend %(action)s, your client also receives %(reward)s.")
    else:
        said = _("Once the friend %(action)s, your client receives %(reward)s.")
    return said % _parts(business, step)


def _for_ambassador(business: Business, offer: Offer, step: Step) -> list[str]:
    parts, lines = _parts(business, step), []
    if step.ambassador_reward:
        said = (
            _("You also receive %(reward)s once the friend %(action)s.")
            if _is_more(offer, step, "ambassador_reward")
            else _("You receive %(reward)s once the friend %(action)s.")
        )
        lines.append(said % parts)
    if step.friend_reward:
        said = (
            _("Your friend also receives %(gift)s once the friend %(action)s.")
            if _is_more(offer, step, "friend_reward")
            else _("Your friend receives %(gift)s once the friend %(action)s.")
        )
        lines.append(said % parts)
    return lines


def _parts(business: Business, step: Step, *, own: bool = False) -> dict[str, Any]:
    rewards = {"gift": step.friend_reward, "reward": step.ambassador_reward}
    phrases = {name: types[params["kind"]]().phrase(business, params) for name, params in rewards.items() if params}
    return {**phrases, "action": actions_phrase(business, step.conditions, own=own)}
