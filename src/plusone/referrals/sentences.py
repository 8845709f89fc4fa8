"""The campaign in sentences: for the owner, the client and the friend, in the active language.

Whole sentences for each case, so that no language has to glue nouns; without rewards no money word appears (R-048).
"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.rewards.types import types

from .conditions import conditions
from .further import actions_phrase, steps_for_ambassador, steps_for_owner, steps_small_print
from .offers import Offer
from .returning import own_rewards, returning_for_ambassador, returning_for_owner, who_counts

LANGUAGES = ("en", "es", "fr")


def reward_phrase(business: Business, params: dict[str, Any] | None) -> str:
    """Return what a side receives, as a phrase. Where it is nothing, say another sentence: no phrase fits then."""
    return types[params["kind"]]().phrase(business, params) if params else ""


def action_phrase(business: Business, offer: Offer) -> str:
    """Return what the friend has to do, as a phrase after "once the friend"."""
    return actions_phrase(business, offer.conditions)


def for_owner(business: Business, offer: Offer) -> str:
    """Return the builder's sentence (R-141), and one for each further step (R-297)."""
    said = [_first_for_owner(business, offer), *steps_for_owner(business, offer)]
    return " ".join(said + returning_for_owner(business, offer))


def _first_for_owner(business: Business, offer: Offer) -> str:
    if not offer.has_rewards:
        return _(
            "When your client recommends a friend, you both see it. Once the friend %(action)s, your "
            "client is thanked. No reward is given."
        ) % {"action": action_phrase(business, offer)}
    action = {"action": action_phrase(business, offer), "number": offer.every}
    if not offer.ambassador_reward:
        gift = {**action, "gift": reward_phrase(business, offer.friend_reward)}
        return _for_owner_friend_alone(offer) % gift
    reward = {**action, "reward": reward_phrase(business, offer.ambassador_reward)}
    if not offer.friend_reward:
        return _for_owner_client_alone(offer) % reward
    return _for_owner_both(offer) % {**reward, "gift": reward_phrase(business, offer.friend_reward)}


def _for_owner_friend_alone(offer: Offer) -> str:
    if offer.friend_reward_on == "qualified":
        return _(
            "When your client recommends a friend and the friend %(action)s, the friend receives %(gift)s. Your "
            "client is thanked, without a reward for it."
        )
    return _(
        "When your client recommends a friend, the friend receives %(gift)s. Once the friend %(action)s, your "
        "client is thanked, without a reward for it."
    )


def _for_owner_client_alone(offer: Offer) -> str:
    if offer.counts_sets:
        return _(
            "When your client recommends friends, your client receives %(reward)s for every %(number)s of them of "
            "whom each %(action)s. The friends get nothing for registering."
        )
    return _(
        "When your client recommends a friend and the friend %(action)s, your client receives %(reward)s. The "
        "friend gets nothing for registering."
    )


def _for_owner_both(offer: Offer) -> str:
    is_late = offer.friend_reward_on == "qualified"
    if offer.counts_sets and is_late:
        return _(
            "When your client recommends a friend and the friend %(action)s, the friend receives "
            "%(gift)s. For every %(number)s such friends, your client receives %(reward)s."
        )
    if offer.counts_sets:
        return _(
            "When your client recommends a friend, the friend receives %(gift)s. Then, for every "
            "%(number)s friends of whom each %(action)s, your client receives %(reward)s."
        )
    if is_late:
        return _(
            "When your client recommends a friend and the friend %(action)s, the friend receives "
            "%(gift)s and your client receives %(reward)s."
        )
    return _(
        "When your client recommends a friend, the friend receives %(gift)s. Then, once the "
        "friend %(action)s, your client receives %(reward)s."
    )


def for_ambassador(business: Business, offer: Offer) -> list[str]:
    """Return what a client who recommends is told upfront (R-114)."""
    return headlines(business, offer) + _small_print(business, offer)


def headlines(business: Business, offer: Offer) -> list[str]:
    """Return the first of that: who receives what, once what has happened."""
    lines = []
    parts = {"business": business.name, "action": action_phrase(business, offer)}
    if offer.counts_sets:
        reward = {**parts, "reward": reward_phrase(business, offer.ambassador_reward), "number": offer.every}
        lines.append(
            _("You receive %(reward)s for every %(number)s friends who come with your link, once each %(action)s.")
            % reward
        )
    elif offer.ambassador_reward:
        reward = {**parts, "reward": reward_phrase(business, offer.ambassador_reward)}
        lines.append(
            _("You receive %(reward)s for each friend who comes with your link, once the friend %(action)s.") % reward
        )
    else:
        lines.append(_("Your friends are welcome at %(business)s. You see here who has come thanks to you.") % parts)
    if offer.friend_reward:
        gift = {**parts, "gift": reward_phrase(business, offer.friend_reward)}
        if offer.friend_reward_on == "registered":
            lines.append(_("Your friend receives %(gift)s on registering.") % gift)
        else:
            lines.append(_("Your friend receives %(gift)s once the friend %(action)s.") % gift)
    return lines + steps_for_ambassador(business, offer) + returning_for_ambassador(business, offer)


def hand_on_text(business: Business, offer: Offer, first_name: str) -> str:
    """Return the message with which the business hands a client their own link."""
    parts = {"name": first_name, "business": business.name}
    if not offer.ambassador_reward:
        return _("Hello %(name)s, this is your own link to recommend %(business)s to friends:") % parts
    reward = {
        **parts,
        "reward": reward_phrase(business, offer.ambassador_reward),
        "action": action_phrase(business, offer),
        "number": offer.every,
    }
    if offer.counts_sets:
        return (
            _(
                "Hello %(name)s, this is your own link to recommend %(business)s to friends. "
                "You receive %(reward)s for every %(number)s friends, once each %(action)s:"
            )
            % reward
        )
    return (
        _(
            "Hello %(name)s, this is your own link to recommend %(business)s to friends. "
            "You receive %(reward)s for each friend, once the friend %(action)s:"
        )
        % reward
    )


def _small_print(business: Business, offer: Offer) -> list[str]:
    lines = []
    if offer.has_rewards:
        lines.append(who_counts(business, offer))
    lines += clocks_in_words(business, offer) + about_links(offer)
    if offer.earned_steps:
        lines += about_conditions(business, [params for step in offer.earned_steps for params in step.conditions])
        lines.append(about_refunds(offer))
    sides = [(step.ambassador_reward, step.friend_reward) for step in offer.all_steps]
    given = [reward for side in zip(*sides, strict=True) for reward in side]
    return lines + about_kinds(business, *given, *own_rewards(offer))


def clocks_in_words(business: Business, offer: Offer) -> list[str]:
    """Return what has to pass before the ambassador can use a reward: verification, the friend's time, limits, a
    person's yes."""
    lines = []
    if offer.ambassador_reward and offer.hold_days:
        lines.append(
            ngettext(
                "Your reward is verified for %(days)s day before you can use it.",
                "Your reward is verified for %(days)s days before you can use it.",
                offer.hold_days,
            )
            % {"days": offer.hold_days}
        )
    if offer.qualification_days and any(step.number == 1 for step in offer.earned_steps):
        lines.append(
            ngettext(
                "Your friend has %(days)s day for it after registering.",
                "Your friend has %(days)s days for it after registering.",
                offer.qualification_days,
            )
            % {"days": offer.qualification_days}
        )
    lines += steps_small_print(offer)
    lines += limits_in_words(business, offer)
    if offer.thanks_ambassador and offer.require_active_ambassador:
        lines.append(_("The reward is for those who are active clients themselves when it is due."))
    if offer.needs_approval and offer.has_rewards:
        lines.append(_("%(business)s confirms each reward before it is given.") % {"business": business.name})
    return lines


def about_links(offer: Offer) -> list[str]:
    """Say for how long an opened link counts, and which of several."""
    lines = [
        ngettext(
            "Your link counts for %(days)s day after a friend has opened it.",
            "Your link counts for %(days)s days after a friend has opened it.",
            offer.attribution_days,
        )
        % {"days": offer.attribution_days}
    ]
    if offer.attribution == "first_touch":
        lines.append(_("If several people invite the same friend, the first one counts."))
    else:
        lines.append(_("If several people invite the same friend, the last link that was opened counts."))
    return lines


def about_conditions(business: Business, wanted: list[dict[str, Any]]) -> list[str]:
    """Say once of each condition how it counts, to either of the two people."""
    said = [conditions[params["kind"]]().small_print(business, params) for params in wanted]
    return list(dict.fromkeys(said))


def about_refunds(offer: Offer) -> str:
    """Say what becomes of a reward whose ground is given back."""
    match offer.clawback:
        case "only_pending":
            return _("A reward that was given stays, also where the purchase behind it is refunded later.")
        case "allow_negative":
            return _(
                "Where the purchase behind a reward is refunded, the reward is taken back; what was used of it is "
                "settled with the next rewards."
            )
    return _("Where the purchase behind a reward is refunded, what is left of the reward is taken back.")


def about_kinds(business: Business, *rewards: dict[str, Any] | None) -> list[str]:
    """Say once of each kind what has to be known of it."""
    given = [(types[params["kind"]](), params) for params in rewards if params]
    given += [(types[option["kind"]](), option) for kind, params in given for option in kind.options(params)]
    return list(dict.fromkeys(kind.small_print(business, params) for kind, params in given))


def limits_in_words(business: Business, offer: Offer) -> list[str]:
    """Return the limits of an offer, a sentence each (CASES 88: what is told is what is enforced)."""
    caps, lines = offer.caps or {}, []
    if total := caps.get("rewards_total"):
        lines.append(
            ngettext("At most %(number)s reward in all.", "At most %(number)s rewards in all.", total)
            % {"number": total}
        )
    if monthly := caps.get("rewards_per_month"):
        lines.append(
            ngettext("At most %(number)s reward a month.", "At most %(number)s rewards a month.", monthly)
            % {"number": monthly}
        )
    if amount := caps.get("amount_total"):
        lines.append(_("At most %(money)s in all.") % {"money": format_money(amount, business.currency)})
    if amount := caps.get("amount_per_month"):
        lines.append(_("At most %(money)s a month.") % {"money": format_money(amount, business.currency)})
    if offer.budget:
        lines.append(_("As long as the budget of the campaign lasts."))
    return lines


def texts(business: Business, offer: Offer) -> dict[str, str]:
    """Return the owner's sentence in every language, as terms keep it."""
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = for_owner(business, offer)
    return found
