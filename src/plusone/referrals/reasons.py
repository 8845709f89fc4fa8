"""Why a reward or a recommendation stands where it stands: for staff, for the client, and what comes next for each.

One catalogue for every page, mail and answer of the API. A test walks all states and reasons and fails where one has no
words in a language.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of
from plusone.rewards.types import types

from .capped import CAPPED, made_less, next_month, words_of_limit
from .catalogue import (
    AGAIN,
    ASK,
    BONUS,
    BY_HAND,
    BY_ITSELF,
    FLAGGED,
    HAND_DONE,
    HAND_ENDED,
    HAND_UNTIL,
    HAND_WAITS,
    NOTHING,
    OVERRIDE,
    PUT_ASIDE,
    REFERRALS,
    Words,
)
from .models import Referral
from .offers import offer_of

type Reader = Literal["staff", "client"]


@dataclass(frozen=True)
class Told:
    """A reason as one reader reads it: what is the case, what comes next, and the moment it is about, if any."""

    sentence: str
    next: str
    at: datetime | None = None
    is_by_hand: bool = False  # what comes next is an adjustment of the balance, if anything


MOMENT = timedelta(microseconds=1)
S, R = Reward.State, Reward.Reason
Q = Referral.Reason

# By state and reason; a reason that a state does not name falls back on the state alone.
REWARDS: dict[tuple[str, str], Words] = {
    (S.PROMISED, ""): Words(
        _("%(reward)s is promised to %(name)s; not all that it needs has happened yet."),
        _("%(reward)s is promised to you; not all that it needs has happened yet."),
        BY_ITSELF,
        NOTHING,
    ),
    (S.ON_HOLD, ""): Words(
        _("%(reward)s for %(name)s is in its verification period until %(day)s."),
        _("%(reward)s is in a short verification period; you can use it from %(day)s on."),
        _("It is given by itself on that day, unless the purchase is refunded before."),
        NOTHING,
    ),
    (S.ON_HOLD, R.DISPUTED): Words(
        _("%(reward)s for %(name)s could be given from %(day)s on, and waits: a payment behind it is disputed."),
        _("%(reward)s can be used from %(day)s on at the earliest: a payment behind it is still being checked."),
        _("Say at the order how the dispute ended; then it moves on by itself."),
        NOTHING,
    ),
    (S.AWAITING_APPROVAL, ""): Words(
        _("%(reward)s for %(name)s waits for a decision."),
        _("%(business)s still has to confirm %(reward)s."),
        _("Approve or decline it."),
        NOTHING,
    ),
    (S.AWAITING_APPROVAL, R.APPROVAL): Words(
        _("%(reward)s for %(name)s waits for a decision, because this campaign approves each reward."),
        _("%(business)s confirms each reward by hand, and %(reward)s is waiting for that."),
        _("Approve or decline it."),
        NOTHING,
    ),
    (S.AWAITING_APPROVAL, R.FLAGGED): Words(
        _("%(reward)s for %(name)s waits for a decision, because something about this recommendation is unusual."),
        _("%(business)s is checking this recommendation before %(reward)s is given."),
        _("Look at what was noticed, then approve or decline."),
        NOTHING,
    ),
    (S.AWAITING_APPROVAL, R.ERROR): Words(
        _("%(reward)s for %(name)s waits for a decision, because a step failed on our side when it was due."),
        _("Something went wrong on our side with %(reward)s, and %(business)s is looking at it."),
        _("Approve it if it is due, else decline it."),
        NOTHING,
    ),
    (S.AWAITING_CHOICE, ""): Words(
        _("%(name)s has %(reward)s since %(day)s, and has not chosen yet."),
        _("You have %(reward)s since %(day)s, and have not chosen yet."),
        _("It stays open until somebody has chosen; you can choose for %(name)s."),
        _("Choose on your page which one you would like; until then nothing is given."),
    ),
    (S.GRANTED, ""): Words(
        _("%(name)s received %(reward)s on %(day)s."),
        _("You received %(reward)s on %(day)s."),
        _("Nothing is left to do."),
        _("You find it in your account."),
    ),
    (S.GRANTED, R.REFUNDED): Words(
        _(
            "%(name)s received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: "
            "%(taken)s was taken back."
        ),
        _("You received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: %(taken)s was taken back."),
        _("Nothing is left to do."),
        ASK,
    ),
    **CAPPED,
    (S.DECLINED, ""): Words(
        _("%(reward)s for %(name)s was declined on %(day)s."),
        _("%(business)s looked at %(reward)s on %(day)s and did not give it."),
        OVERRIDE,
        ASK,
    ),
    (S.DECLINED, R.AMBASSADOR_INACTIVE): Words(
        _("%(name)s does not receive %(reward)s: their link was switched off on %(day)s."),
        _("You do not receive %(reward)s: since %(day)s recommendations of yours do not count."),
        _("Switch the link on again on the ambassador's page, and it is settled anew."),
        ASK,
    ),
    (S.LAPSED, ""): Words(
        _("%(name)s does not receive %(reward)s: the recommendation ended on %(day)s before it was due."),
        _("You do not receive %(reward)s: the recommendation ended on %(day)s before it was due."),
        _("Nothing is left to do."),
        ASK,
    ),
    (S.LAPSED, R.DEADLINE): Words(
        _("%(name)s does not receive %(reward)s: the last day for it was %(day)s."),
        _("You do not receive %(reward)s: the last day for it was %(day)s."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.AMBASSADOR_INACTIVE): Words(
        _("%(name)s does not receive %(reward)s: when it was due, on %(day)s, %(name)s was no active client."),
        _("You do not receive %(reward)s: when it was due, on %(day)s, you were no active client."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.HAD_ALREADY): Words(
        _("%(name)s does not receive %(reward)s: on %(day)s they had it already, and it is for once per person."),
        _("You do not receive %(reward)s: on %(day)s you had it already, and it is for once per person."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.DECLINED): Words(
        _("%(name)s does not receive %(reward)s: the recommendation was rejected on %(day)s."),
        _("You do not receive %(reward)s: on %(day)s %(business)s did not accept this recommendation."),
        _("The friend may get another ambassador."),
        ASK,
    ),
    (S.LAPSED, R.WORTH_NOTHING): Words(
        _("%(name)s does not receive %(reward)s: on %(day)s the payment that it counts on was too small to bring any."),
        _("You do not receive %(reward)s: on %(day)s the payment that it counts on was too small to bring any."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.REFUNDED): Words(
        _("%(name)s does not receive %(reward)s: on %(day)s, when due, the payment that it counts on was refunded."),
        _("You do not receive %(reward)s: on %(day)s, when due, the payment that it counts on was refunded."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.CAMPAIGN_ENDED): Words(
        _("%(name)s does not receive %(reward)s: on %(day)s the campaign ended, and the open recommendations with it."),
        _("You do not receive %(reward)s: on %(day)s the campaign ended, and this recommendation with it."),
        BONUS,
        ASK,
    ),
    (S.LAPSED, R.WITHDRAWN): Words(
        _("%(name)s does not receive %(reward)s: since %(day)s one of the people of this recommendation is gone."),
        _("You do not receive %(reward)s: this recommendation was withdrawn on %(day)s."),
        _("Nothing is left to do."),
        ASK,
    ),
    (S.REVOKED, R.DISPUTE_LOST): Words(
        _("%(reward)s was taken back from %(name)s on %(day)s, because the payment behind it was lost in a dispute."),
        _("%(reward)s was taken back on %(day)s, because the bank took the payment behind it back."),
        _("Nothing is left to do."),
        ASK,
    ),
    (S.REVOKED, ""): Words(
        _("%(reward)s was taken back from %(name)s on %(day)s."),
        _("%(reward)s was taken back on %(day)s."),
        _("Nothing is left to do."),
        ASK,
    ),
    (S.REVOKED, R.REFUNDED): Words(
        _("%(reward)s was taken back from %(name)s on %(day)s, because the purchase behind it was refunded."),
        _("%(reward)s was taken back on %(day)s, because the purchase behind it was refunded."),
        _("Nothing is left to do."),
        ASK,
    ),
}

# What was taken back only in part, or not at all, since it had been used: that is said, and how much.
REDUCED_KEPT = Words(
    _(
        "%(name)s received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: "
        "%(taken)s was taken back, %(kept)s had been used already and stays."
    ),
    _(
        "You received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: "
        "%(taken)s was taken back, the %(kept)s that you had used stay yours."
    ),
    _("Nothing is left to do."),
    ASK,
)
REDUCED_OWED = Words(
    _(
        "%(name)s received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: "
        "%(taken)s was taken back, %(owed)s had been used already and goes off what comes next."
    ),
    _(
        "You received %(given)s; on %(day)s a refund of the purchase made it %(reward)s: "
        "%(taken)s was taken back, the %(owed)s that you had used go off what comes next."
    ),
    _("Nothing is left to do."),
    ASK,
)
OWED = Words(
    _(
        "The ground for %(reward)s went on %(day)s: %(taken)s was taken back, "
        "%(owed)s had been used already and goes off what comes next."
    ),
    _(
        "The ground for %(reward)s went on %(day)s: %(taken)s was taken back, "
        "the %(owed)s that you had used go off what comes next."
    ),
    _("Nothing is left to do."),
    ASK,
)
OWED_ALL = Words(
    _("The ground for %(reward)s went on %(day)s: %(name)s had used it already, so it goes off what comes next."),
    _("The ground for %(reward)s went on %(day)s: you had used it already, so it goes off what comes next."),
    _("Nothing is left to do."),
    ASK,
)
KEPT_PART = Words(
    _("%(taken)s of %(reward)s was taken back from %(name)s on %(day)s; %(kept)s had been used already and stays."),
    _("%(taken)s of %(reward)s was taken back on %(day)s; the %(kept)s that you had used stay yours."),
    _("Nothing is left to do."),
    ASK,
)
KEPT_ALL = Words(
    _("Nothing of %(reward)s could be taken back on %(day)s: %(name)s had used it already."),
    _("The ground for %(reward)s went on %(day)s; you had used it already, so it stays yours."),
    _("Nothing is left to do."),
    ASK,
)


def thing_of(reward: Reward) -> str:
    """Return what staff hand over, without for how many days it waits: once it is given, the day itself is said."""
    return types[reward.kind]().phrase(reward.business, {**reward.params, "expires_days": None})


def _by_hand(reward: Reward, now: datetime) -> tuple[Words, datetime | None]:
    """Return the words for a granted reward that staff hand over, and the moment they are about."""
    handed, end = getattr(reward, "handover", None), reward.expires_at
    if handed is not None:
        return HAND_DONE, handed.at
    if end is None:
        return HAND_WAITS, reward.granted_at
    return HAND_ENDED if end <= now else HAND_UNTIL, end - MOMENT


def _words(reward: Reward) -> Words:
    if reward.state == S.REVOKED and reward.unrecovered:
        return KEPT_ALL if reward.unrecovered >= (reward.given or 1) else KEPT_PART
    if reward.state == S.REVOKED and reward.owed:
        return OWED_ALL if reward.owed >= (reward.given or 1) else OWED
    if reward.state == S.GRANTED and (reward.unrecovered or reward.owed):
        return REDUCED_KEPT if reward.unrecovered else REDUCED_OWED
    if reward.state == S.CAPPED and (met := words_of_limit(reward)):
        return met
    return REWARDS.get((reward.state, reward.reason)) or REWARDS[reward.state, ""]


def tell_reward(reward: Reward, *, to: Reader, is_earned_again: bool = False, now: datetime | None = None) -> Told:
    """Say why a reward (its client and business at hand) stands where it does, in the active language.

    `is_earned_again`: it was taken back, and all that it asks for is the case again.
    """
    words, currency = _words(reward), reward.business.currency
    if is_earned_again:
        words = replace(words, staff_next=AGAIN if reward.granted_at else OVERRIDE)
    waits = {S.ON_HOLD: reward.available_at, S.AWAITING_CHOICE: reward.choice_since}
    is_gone = reward.state == S.REVOKED
    thing = phrase_of(reward, as_given=is_gone)
    ended = reward.ended_at if is_gone else reward.reduced_at  # the day it went, or shrank, not the day it came
    back = (reward.given or 0) - (0 if is_gone else reward.amount or 0)
    at = waits.get(S(reward.state)) or ended or reward.granted_at or reward.ended_at
    if reward.reason == R.DEADLINE and reward.due_by:  # the last day as it was promised, whenever somebody looked
        at = reward.due_by - MOMENT
    if reward.state == S.GRANTED and types[reward.kind].by_hand:
        words, at = _by_hand(reward, now or clock.now())
        thing = thing_of(reward)
    named = {
        "reward": thing,
        "given": phrase_of(reward, as_given=True),
        "name": reward.client.full_name,
        "business": reward.business.name,
        "day": day_in_words(reward.business, at) if at else "",
        "kept": format_money(reward.unrecovered, currency),
        "owed": format_money(reward.owed, currency),
        "next": day_in_words(reward.business, next_month(reward.business, at)) if at else "",
        "taken": format_money(back - reward.unrecovered - reward.owed, currency),
    }
    told = _told(words, named, at, to)
    return replace(told, sentence=f"{told.sentence} {made_less(reward)}".rstrip())


COUNTED = Words(
    _("%(friend)s has done all that was asked since %(day)s, and counts for a set of friends."),
    _("%(friend)s has done all that was asked since %(day)s, and counts for your reward."),
    _("The reward comes with the friend who makes the set full."),
    _("Thank you for recommending %(business)s!"),
)


def tell_referral(referral: Referral, *, to: Reader) -> Told:
    """Say why a recommendation (friend and business at hand) stands where it does, in the active language."""
    code = PUT_ASIDE if referral.friend.status == Client.Status.ARCHIVED else ""
    code = FLAGGED if referral.flagged and referral.is_open else referral.reason or code
    words = REFERRALS.get((referral.state, code)) or REFERRALS[referral.state, ""]
    if referral.reason == Q.COMPLETED and referral.terms and offer_of(referral.terms).counts_sets:
        words = COUNTED
    at = referral.closed_at or referral.activated_at or referral.registered_at
    if referral.reason == Q.NOT_CONVERTED and referral.deadline_at:
        at = referral.deadline_at - MOMENT
    named = {
        "friend": referral.friend.full_name if to == "staff" else referral.friend.short_name,
        "business": referral.business.name,
        "day": day_in_words(referral.business, at),
    }
    return _told(words, named, at, to)


def day_in_words(business: Business, at: datetime) -> str:
    """Return the business's day of a moment as its reader writes it: "12 May 2026"."""
    return clock.day_in_words(business, at)


def last_day_in_words(business: Business, end: datetime) -> str:
    """Return the last day of a time that ends at 00:00 of the day after: "11 Jun 2026"."""
    return day_in_words(business, end - MOMENT)  # a day is not always 24 hours


def _told(words: Words, named: dict[str, str], at: datetime | None, to: Reader) -> Told:
    sentence, then = (words.staff, words.staff_next) if to == "staff" else (words.client, words.client_next)
    said = str(sentence) % named  # a sentence may begin with the phrase of a reward: "a coupon of €5.00 …"
    return Told(said[:1].upper() + said[1:], str(then) % named, at, is_by_hand=then in BY_HAND)
