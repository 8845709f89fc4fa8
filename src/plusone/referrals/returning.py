"""What is said of former clients who come back, where a campaign counts them (Q-10): to owner, client and friend."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plusone.kernel.models import Business
from plusone.rewards.types import types

from .offers import Offer, Params


def returning_for_owner(business: Business, offer: Offer) -> list[str]:
    """Return from when on they count, and what is given for them where that is something else."""
    months = offer.returning_months
    if not months:
        return []
    lines = [
        ngettext(
            "Former clients who left at least %(months)s month ago count too.",
            "Former clients who left at least %(months)s months ago count too.",
            months,
        )
        % {"months": months}
    ]
    own = offer.returning or {}
    if "friend_reward" in own:
        said = _("They receive %(gift)s.") if own["friend_reward"] else _("They receive nothing for it.")
        lines.append(said % {"gift": _phrase(business, own["friend_reward"])})
    if "ambassador_reward" in own:
        given = own["ambassador_reward"]
        said = _("For them your client receives %(reward)s.") if given else _("For them your client receives nothing.")
        lines.append(said % {"reward": _phrase(business, given)})
    return lines


def returning_for_ambassador(business: Business, offer: Offer) -> list[str]:
    """Return what differs where the friend was a client before."""
    own, lines = offer.returning or {}, []
    if "ambassador_reward" in own:
        given = own["ambassador_reward"]
        said = (
            _("For a former client who comes back you receive %(reward)s instead.")
            if given
            else _("For a former client who comes back you receive nothing.")
        )
        lines.append(said % {"reward": _phrase(business, given)})
    if "friend_reward" in own:
        given = own["friend_reward"]
        said = (
            _("A former client who comes back receives %(gift)s instead.")
            if given
            else _("A former client who comes back receives no gift.")
        )
        lines.append(said % {"gift": _phrase(business, given)})
    return lines


def returning_for_friend(business: Business, offer: Offer) -> list[str]:
    """Return what differs for a friend who was a client before."""
    own = offer.returning or {}
    if "friend_reward" not in own:
        return []
    given = own["friend_reward"]
    said = (
        _("If you were a client before, you receive %(gift)s instead.")
        if given
        else _("If you were a client before, there is no gift.")
    )
    return [said % {"gift": _phrase(business, given)}]


def who_counts(business: Business, offer: Offer) -> str:
    """Say to a client who recommends which friends count."""
    named = {"business": business.name, "months": offer.returning_months}
    if not offer.returning_months:
        return _("Each friend counts once, and has to be new to %(business)s.") % named
    return (
        ngettext(
            "Each friend counts once, and has to be new to %(business)s, or to have left it at least %(months)s month "
            "ago.",
            "Each friend counts once, and has to be new to %(business)s, or to have left it at least %(months)s months "
            "ago.",
            offer.returning_months,
        )
        % named
    )


def for_whom(business: Business, offer: Offer) -> str:
    """Say to a friend for whom the invitation is."""
    named = {"business": business.name, "months": offer.returning_months}
    if not offer.returning_months:
        return _("For people who are new to %(business)s, once each.") % named
    return (
        ngettext(
            "For people who are new to %(business)s, or left it at least %(months)s month ago, once each.",
            "For people who are new to %(business)s, or left it at least %(months)s months ago, once each.",
            offer.returning_months,
        )
        % named
    )


def own_rewards(offer: Offer) -> list[Params | None]:
    """Return what is given for former clients alone."""
    return [reward for name, reward in (offer.returning or {}).items() if name != "months"]


def _phrase(business: Business, params: Params | None) -> str:
    return types[params["kind"]]().phrase(business, params) if params else ""
