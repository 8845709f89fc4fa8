"""Where a friend's own gifts stand, in plain words for the friend: what is missing, until when, what comes next
(R-114, R-116)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of
from plusone.rewards.types import types
from plusone.store.purse import Purse

from .capped import made_less
from .conditions import deeds_of, still_missing
from .deeds import Deeds
from .further import actions_phrase
from .models import Referral
from .offers import offer_of
from .reasons import day_in_words, last_day_in_words, tell_reward, thing_of

TOLD_DAYS = 60  # for so long the page of an active client tells of a gift that is settled
State = Reward.State


@dataclass(frozen=True)
class Gift:
    """One gift of a friend: where it stands in a sentence, what comes next, and whom it is owed to."""

    sentence: str
    next: str
    why: str = ""


def gifts_of(friend: Client, *, now: datetime) -> list[Gift]:
    """Return the gifts of a friend in the order of their steps: all that are open, and what was settled of late."""
    mine = Reward.objects.filter(client=friend, side=Reward.Side.FRIEND, source_kind="referral")
    gifts = list(mine.select_related("handover").order_by("id"))
    if not gifts:
        return []
    found = Referral.objects.select_related("business", "friend", "terms", "ambassador")
    referrals = found.in_bulk({gift.source_id for gift in gifts})
    return gifts_among(friend, gifts, referrals, deeds=deeds_of(referrals.values()), now=now)


def gifts_among(
    friend: Client,
    gifts: Iterable[Reward],
    referrals: Mapping[int, Referral],
    *,
    deeds: Deeds,
    has: tuple[Purse, int] | None = None,
    now: datetime,
) -> list[Gift]:
    """Return the same of gifts (their handover at hand), by what brought the friend and what they did.

    Whoever knows what the friend `has` in the store, and how much balance, is told of nothing that is used up that it
    waits.
    """
    recent = [gift for gift in gifts if friend.is_lead or gift.is_open or _is_recent(gift, now)]
    if not recent:
        return []
    for gift in recent:
        gift.business, gift.client = friend.business, friend
    told = [
        _used_up(gift) if _is_used_up(gift, has) else gift_in_words(gift, referrals[gift.source_id], deeds, now=now)
        for gift in recent
    ]
    # Said once: days may lie between the phone that opened the link and the screen that shows this (UX 9).
    due = [place for place, gift in enumerate(recent) if gift.is_open or gift.state == State.GRANTED]
    if due:  # of what is not given there is nobody to thank for
        told[due[0]] = replace(told[due[0]], why=_why(referrals[recent[due[0]].source_id]))
    return told


def _why(referral: Referral) -> str:
    if referral.ambassador.deleted_at is not None:
        return ""
    named = {"name": referral.ambassador.short_name, "business": referral.business.name}
    return _("It is yours because %(name)s invited you to %(business)s.") % named


def gift_in_words(gift: Reward, referral: Referral, deeds: Deeds, *, now: datetime) -> Gift:
    """Tell a friend of one gift (its client and business at hand)."""
    named = {"gift": phrase_of(gift), "business": gift.business.name}
    is_welcome = gift.step == 1 and referral.returned_from is None  # later steps, and returns, are no welcome
    match gift.state:
        case State.GRANTED if not gift.reduced_at and not _is_handed_or_over(gift, now):
            use = types[gift.kind]().use(gift.business, gift.params)
            if gift.expires_at is not None:
                named["gift"] = thing_of(gift)
            here = _("Your welcome gift is here: %(gift)s.") if is_welcome else _("Your gift is here: %(gift)s.")
            until = "" if gift.expires_at is None else _until(gift.expires_at, gift.business)
            return Gift(f"{here % named} {made_less(gift)}".rstrip(), f"{use} {until}".strip())
        case State.PROMISED:
            return Gift(*_promised(gift, referral, deeds, now))
        case State.ON_HOLD if gift.available_at and gift.reason != Reward.Reason.DISPUTED:
            named["day"] = day_in_words(gift.business, gift.available_at)
            nothing = _("You need do nothing.")
            waits = (
                _("Your welcome gift can be used from %(day)s on: %(gift)s.")
                if is_welcome
                else _("Your gift can be used from %(day)s on: %(gift)s.")
            )
            return Gift(f"{waits % named} {made_less(gift)}".rstrip(), nothing)
        case State.AWAITING_APPROVAL:
            nothing = _("You need do nothing.")
            asks = (
                _("%(business)s still has to confirm your welcome gift: %(gift)s.")
                if is_welcome
                else _("%(business)s still has to confirm your gift: %(gift)s.")
            )
            return Gift(f"{asks % named} {made_less(gift)}".rstrip(), nothing)
    told = tell_reward(gift, to="client", now=now)
    return Gift(told.sentence, told.next)


def _is_used_up(gift: Reward, has: tuple[Purse, int] | None) -> bool:
    if gift.state != State.GRANTED or gift.reduced_at or has is None:
        return False
    return not types[gift.kind]().is_left(gift, *has)


def _used_up(gift: Reward) -> Gift:
    return Gift(tell_reward(gift, to="client").sentence, "")


def _is_handed_or_over(gift: Reward, now: datetime) -> bool:
    """Say whether what staff hand over was handed over, or was not collected in time."""
    is_over = gift.expires_at is not None and gift.expires_at <= now
    return types[gift.kind].by_hand and (is_over or getattr(gift, "handover", None) is not None)


def _promised(gift: Reward, referral: Referral, deeds: Deeds, now: datetime) -> tuple[str, str]:
    assert referral.terms is not None
    offer = offer_of(referral.terms)
    step = offer.all_steps[gift.step - 1]
    named = {"gift": phrase_of(gift)}
    missing: list[str] = []
    if step.number > 1 or offer.friend_reward_on == "qualified":
        missing = still_missing(referral, step.conditions, to="friend", deeds=deeds, now=now)
    if not missing:  # a percentage still lacks the purchase it counts on
        if gift.step == 1 and referral.returned_from is None:
            said = _("Your welcome gift comes with your first purchase: %(gift)s.")
        else:
            said = _("Your gift comes with your next purchase: %(gift)s.")
        return said % named, _by_when(gift, referral)
    named["action"] = actions_phrase(referral.business, step.conditions, own=True)
    said = _("You receive %(gift)s once you %(action)s.") % named
    return said, " ".join([*missing, _by_when(gift, referral)]).strip()


def _by_when(gift: Reward, referral: Referral) -> str:
    last = gift.due_by or referral.deadline_at
    return "" if last is None else _until(last, referral.business)


def _until(end: datetime, business: Business) -> str:
    return _("Until %(day)s at the latest.") % {"day": last_day_in_words(business, end)}


def _is_recent(gift: Reward, now: datetime) -> bool:
    return gift.ended_at is not None and gift.ended_at > now - timedelta(days=TOLD_DAYS)
