"""What a friend is told of an offer: on the invitation page, in the message they are sent, as a second person (R-114).

What stands here is what is enforced (CASES 88); a test walks every configuration.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plusone.kernel.models import Business
from plusone.rewards.types import types

from .further import actions_phrase, step_name, steps_deadlines, steps_for_friend
from .offers import Offer, Params, Step
from .returning import for_whom, returning_for_friend
from .sentences import about_conditions, about_kinds, about_refunds, reward_phrase


def for_friend(business: Business, offer: Offer) -> list[str]:
    """Return what a friend is told on the invitation page: what they receive once they have done what."""
    parts = {"business": business.name}
    if offer.friend_reward:
        lines = [gift_sentence(business, offer)]
    else:
        lines = [_("Register to hear from %(business)s. It is free and binds you to nothing.") % parts]
    lines += steps_for_friend(business, offer) + returning_for_friend(business, offer)
    if (first := _thanked_at(offer)) is not None:
        thanked = {"action": actions_phrase(business, first.conditions, own=True), "number": offer.every}
        if offer.counts_sets:
            said = _(
                "The person who invited you is thanked with a reward for every %(number)s friends; you count once "
                "you %(action)s."
            )
        else:
            said = _("The person who invited you is thanked with a reward once you %(action)s.")
        lines.append(said % thanked)
    return lines


def gift_sentence(business: Business, offer: Offer) -> str:
    """Say when the friend receives the gift of the offer's first sentence."""
    gift = {"business": business.name, "gift": reward_phrase(business, offer.friend_reward)}
    if offer.friend_reward_on == "registered":
        return _("You receive %(gift)s at %(business)s as soon as you register.") % gift
    gift["action"] = actions_phrase(business, offer.conditions, own=True)
    return _("You receive %(gift)s at %(business)s once you %(action)s.") % gift


def conditions_for_friend(business: Business, offer: Offer) -> list[str]:
    """Return the conditions that the invitation page shows: of the friend's own gifts, and of what makes them count."""
    lines = [for_whom(business, offer)]
    gifts = [step.friend_reward for step in offer.all_steps if step.friend_reward]
    earned = [step for step in offer.all_steps if offer.is_gift_earned(step)]
    lines += _clocks(business, offer)
    lines += steps_deadlines(offer, of=[step for step in earned if step.number > 1])
    lines += _holds_of_steps(offer)
    if gifts and offer.budget:
        lines.append(_("As long as the budget of the campaign lasts."))
    told = [*earned, *([first] if (first := _thanked_at(offer)) else [])]
    lines += about_conditions(business, [params for step in told for params in step.conditions])
    if earned or any(_needs_basis(gift) for gift in gifts):
        lines.append(about_refunds(offer))
    return lines + about_kinds(business, *gifts, (offer.returning or {}).get("friend_reward"))


def gift_lines(business: Business, offer: Offer) -> list[str]:
    """Return when the friend's first gift comes and what has to pass before."""
    return [gift_sentence(business, offer), *_clocks(business, offer)] if offer.friend_reward else []


def gift_use(business: Business, offer: Offer) -> str:
    """Return how the friend's first gift is used: at the checkout, at the desk, by coming."""
    gift = offer.friend_reward
    return types[gift["kind"]]().use(business, gift) if gift else ""


def is_gift_at_once(offer: Offer) -> bool:
    """Whether the friend's first gift can be used as soon as they have registered, where nothing looks doubtful."""
    gift, waits = offer.friend_reward, offer.friend_hold_days or offer.needs_approval
    return bool(gift) and not (offer.is_gift_earned(offer.all_steps[0]) or waits or _needs_basis(gift))


def share_text(business: Business, offer: Offer, own_words: str = "") -> str:
    """Return the message that a client sends along with their link, with the disclosure that the law asks for."""
    return f"{own_words or usual_words(business, offer)} {disclosure(business, offer)}".strip()


def disclosure(business: Business, offer: Offer) -> str:
    """Return what friends have to know: that the sender receives something too (PRI-14). Own words do not drop it."""
    step = _thanked_at(offer)
    if step is None:
        return ""
    action = {"action": actions_phrase(business, step.conditions, own=True)}
    if offer.counts_sets:
        return _("(You count towards a reward for me once you %(action)s.)") % action
    return _("(I receive a reward once you %(action)s.)") % action


def usual_words(business: Business, offer: Offer) -> str:
    """Return with which words a client invites who has not written own ones."""
    parts = {"business": business.name}
    step = next((step for step in offer.all_steps if step.friend_reward), None)
    if step is None:
        return _("I am a client of %(business)s and recommend it to you. You can register with my link.") % parts
    parts["gift"] = reward_phrase(business, step.friend_reward)
    if not offer.is_gift_earned(step):
        return (
            _("I am a client of %(business)s and recommend it to you. Register with my link and receive %(gift)s.")
            % parts
        )
    parts["action"] = actions_phrase(business, step.conditions, own=True)
    return (
        _(
            "I am a client of %(business)s and recommend it to you. Register with my link and receive %(gift)s once "
            "you %(action)s."
        )
        % parts
    )


def _thanked_at(offer: Offer) -> Step | None:
    """Return the first step that gives the ambassador something."""
    return next((step for step in offer.all_steps if step.ambassador_reward), None)


def _needs_basis(gift: Params | None) -> bool:
    """Whether the worth of a gift depends on the friend's own purchase."""
    return gift is not None and types[gift["kind"]]().needs_basis(gift)


def _clocks(business: Business, offer: Offer) -> list[str]:
    """Return what has to pass before the friend can use a gift: the time for it, its verification, a person's yes."""
    lines = []
    if offer.qualification_days and offer.is_gift_earned(offer.all_steps[0]):
        lines.append(
            ngettext(
                "You have %(days)s day for it after registering.",
                "You have %(days)s days for it after registering.",
                offer.qualification_days,
            )
            % {"days": offer.qualification_days}
        )
    if offer.friend_reward and offer.friend_hold_days:
        lines.append(
            ngettext(
                "Your gift is verified for %(days)s day before you can use it.",
                "Your gift is verified for %(days)s days before you can use it.",
                offer.friend_hold_days,
            )
            % {"days": offer.friend_hold_days}
        )
    if offer.needs_approval and any(step.friend_reward for step in offer.all_steps):
        lines.append(_("%(business)s confirms each reward before it is given.") % {"business": business.name})
    return lines


def _holds_of_steps(offer: Offer) -> list[str]:
    usual = offer.friend_hold_days
    held = [(step, usual if step.hold_days is None else step.hold_days) for step in offer.further if step.friend_reward]
    return [
        ngettext(
            "The gift of “%(step)s” is verified for %(days)s day before you can use it.",
            "The gift of “%(step)s” is verified for %(days)s days before you can use it.",
            days,
        )
        % {"step": step_name(step), "days": days}
        for step, days in held
        if days and not (days == usual and offer.friend_reward)
    ]
