"""How far each friend has come, in plain words for the one who invited them (R-047, R-049, R-116, R-290)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of, rewards_of
from plusone.rewards.types import types

from .capped import made_less
from .conditions import deeds_of, still_missing
from .deeds import Deeds
from .further import step_name
from .models import Referral
from .offers import Step as OfferStep
from .offers import offer_of
from .queries import may_appeal, referrals_of, with_appeals
from .reasons import day_in_words, last_day_in_words, tell_referral, tell_reward
from .sets import InSet, Sets

State, Reason = Referral.State, Referral.Reason
Step = tuple[str, str]


@dataclass(frozen=True)
class Further:
    """A further step of the offer, with a word for its icon: done, now, or ended."""

    name: str
    sentence: str
    state: str


@dataclass(frozen=True)
class Progress:
    """One friend as the ambassador may see them: a short name, a word, what has happened and what comes next."""

    name: str
    state: str  # registered, in_review, active, completed, ineligible
    label: str
    sentence: str
    steps: list[Step]
    registered_at: datetime
    key: str = ""  # the recommendation's public id
    appeal: str = ""  # ask, where a look can be asked for, or asked
    further: list[Further] = field(default_factory=list)


@dataclass(frozen=True)
class Friends:
    """Some of a client's friends, newest first, and how many there are in all."""

    shown: list[Progress]
    registered: int = 0
    active: int = 0


def friends_of(ambassador: Client, *, most: int, sets: Sets | None = None, now: datetime) -> Friends:
    """Return a client's newest friends with their progress, and the numbers of R-047.

    Four queries at most, however many friends there are and whatever their terms ask for; a page that asks more about
    `sets` has them at hand.
    """
    return friends_among(made_by(ambassador)[:most], sets=sets or Sets(ambassador.business, [ambassador.pk]), now=now)


def friends_among(referrals: Iterable[Referral], *, sets: Sets, deeds: Deeds | None = None, now: datetime) -> Friends:
    """Return the friends of some recommendations of one client, as `made_by` reads them."""
    found = list(referrals)
    if not found:
        return Friends([])
    first = found[0]
    shown = progress_of(first.business, found, sets=sets, deeds=deeds, now=now)
    return Friends(shown, first.registered or 0, first.active or 0)  # type: ignore[attr-defined]  # annotated


def made_by(ambassador: Client) -> QuerySet[Referral]:
    """Return the recommendations of a client, newest first, with all that their pages tell of; each row says how many
    there are, registered and active; rejected ones do not count (R-062)."""
    return _told(ambassador, referrals_of(ambassador.business, ambassador=ambassador))


def circle_of(client: Client, *, most: int, gifts: Iterable[Reward] = ()) -> tuple[list[Referral], dict[int, Referral]]:
    """Return the newest recommendations of a client, and by their keys those that earned some gifts: in one query."""
    mine = Referral.objects.filter(business=client.business, ambassador=client).order_by("-id")
    wanted = Q(pk__in=mine.values("pk")[:most]) | Q(pk__in=[gift.source_id for gift in gifts])
    rows = list(_told(client, referrals_of(client.business).filter(wanted)))
    return [row for row in rows if row.ambassador_id == client.pk], {row.pk: row for row in rows}


def _told(ambassador: Client, rows: QuerySet[Referral]) -> QuerySet[Referral]:
    mine = Referral.objects.filter(~Q(reason=Reason.REJECTED), business=ambassador.business, ambassador=ambassador)
    each = mine.order_by().values("ambassador").annotate(registered=Count("id"), active=Count("activated_at"))
    return with_appeals(rows).annotate(
        registered=Subquery(each.values("registered")), active=Subquery(each.values("active"))
    )


def progress_of(
    business: Business, referrals: list[Referral], *, sets: Sets, deeds: Deeds | None = None, now: datetime
) -> list[Progress]:
    """Return the progress of referrals as `made_by` reads them, in three queries at most."""
    rewards = rewards_of(business, "referral", [referral.pk for referral in referrals])
    in_sets, deeds = sets.of(referrals), deeds or deeds_of(referrals)
    found = []
    for referral in referrals:
        mine = [reward for reward in rewards.get(referral.pk, []) if reward.side == Reward.Side.AMBASSADOR]
        appeal = ("asked" if referral.is_appealed else "ask") if may_appeal(referral) else ""  # type: ignore[attr-defined]  # annotated
        shown = _progress(business, referral, deeds, mine, appeal, now)
        if in_set := in_sets.get(referral.pk):
            if not mine:
                shown = replace(shown, sentence=f"{shown.sentence} {in_set.for_client}")
            elif in_set.counts and mine[-1].state == Reward.State.REVOKED:
                shown = replace(shown, state="active", **_set_broken(business, referral, mine[-1], in_set))
        found.append(shown)
    return found


def _set_broken(business: Business, referral: Referral, reward: Reward, in_set: InSet) -> dict[str, Any]:
    """Tell of a friend who counts on, with whom the reward of a set stood that another one's refund has broken."""
    reward.client = referral.ambassador
    sentence = f"{_since(business, referral)} {tell_reward(reward, to='client').sentence} {in_set.for_client}"
    return {"label": _labels()["active"], "sentence": sentence, "steps": _steps(referral, None)}


def _progress(
    business: Business, referral: Referral, deeds: Deeds, mine: list[Reward], appeal: str, now: datetime
) -> Progress:
    reward = next((reward for reward in mine if reward.step == 1), None)
    further = [reward for reward in mine if reward.step > 1]
    state, sentence = _where(business, referral, deeds, reward, now)
    if state == "completed" and any(reward.is_open for reward in further):
        state = "active"
    return Progress(
        name=referral.friend.short_name,
        state=state,
        label=_labels()[state],
        sentence=sentence,
        steps=_steps(referral, reward) if state != "ineligible" else [],
        registered_at=referral.registered_at,
        key=referral.public_id,
        appeal=appeal,
        further=_further(business, referral, deeds, further, now),
    )


def _further(
    business: Business, referral: Referral, deeds: Deeds, rewards: list[Reward], now: datetime
) -> list[Further]:
    """Tell of each further step that is still to come or brought something; of none that ended with its referral."""
    if not rewards or referral.terms is None:
        return []
    steps, is_closed = offer_of(referral.terms).all_steps, referral.state == State.CLOSED
    told = []
    for reward in rewards:
        if is_closed and reward.state in (Reward.State.LAPSED, Reward.State.DECLINED):
            continue
        step = steps[reward.step - 1]
        told.append(Further(step_name(step), *_further_words(business, referral, deeds, steps, reward, now)))
    return told


def _further_words(
    business: Business, referral: Referral, deeds: Deeds, steps: list[OfferStep], reward: Reward, now: datetime
) -> tuple[str, str]:
    step = steps[reward.step - 1]
    if reward.state == Reward.State.PROMISED:
        missing = still_missing(referral, step.conditions, deeds=deeds, now=now)
        is_more = any(before.ambassador_reward for before in steps[: step.number - 1])
        then = _("Then you also receive %(reward)s.") if is_more else _("Then you receive %(reward)s.")
        then %= {"reward": phrase_of(reward)}
        said = f"{' '.join(missing) or _('Waiting for the first purchase.')} {then}"
        if reward.due_by:
            last = last_day_in_words(business, reward.due_by)
            said += " " + _("Until %(day)s at the latest.") % {"day": last}
        return said, "now"
    reward.client = referral.ambassador
    state = "done" if reward.state == Reward.State.GRANTED else "now" if reward.is_open else "ended"
    return tell_reward(reward, to="client", now=now).sentence, state


def _labels() -> dict[str, str]:
    return {
        "registered": _("Registered"),
        "in_review": _("In review"),
        "active": _("Active"),
        "completed": _("Completed"),
        "ineligible": _("Not eligible"),
    }


def _where(
    business: Business, referral: Referral, deeds: Deeds, reward: Reward | None, now: datetime
) -> tuple[str, str]:
    named = {"business": business.name, "day": day_in_words(business, referral.registered_at)}
    if referral.state == State.CLOSED and referral.reason != Reason.COMPLETED:
        told = tell_referral(referral, to="client")
        return "ineligible", f"{told.sentence} {told.next}"
    if referral.activated_at is None:
        if referral.flagged and referral.is_open:
            return "in_review", _("Registered on %(day)s. %(business)s is checking this recommendation.") % named
        if referral.qualified_at is None or (reward is not None and reward.state == Reward.State.PROMISED):
            return "registered", _waiting(named, referral, deeds, reward, now)
    since = _since(business, referral)
    if referral.flagged and referral.is_open and (reward is None or reward.state == Reward.State.PROMISED):
        held = _("%(business)s is checking this recommendation.") % named
        still = _still_to_come(referral, deeds, reward, now) if reward else ""
        return "in_review", f"{since} {held} {still}".rstrip()
    if reward is None:
        return "active", since + " " + _("Thank you for the recommendation!")
    return _rewarded(business, since, referral, deeds, reward, now)


def _since(business: Business, referral: Referral) -> str:
    if referral.activated_at is None:
        named = {"day": day_in_words(business, referral.registered_at)}
        return _("Registered on %(day)s, and has done all that was asked.") % named
    return _("A client since %(day)s.") % {"day": day_in_words(business, referral.activated_at)}


def _waiting(named: dict[str, str], referral: Referral, deeds: Deeds, reward: Reward | None, now: datetime) -> str:
    said = _("Registered on %(day)s.") % named
    return f"{said} {_still_to_come(referral, deeds, reward, now)}"


def _still_to_come(referral: Referral, deeds: Deeds, reward: Reward | None, now: datetime) -> str:
    """Say what is missing, what it brings, and by when (R-116)."""
    # All conditions may hold while a percentage still lacks the purchase it counts on.
    said = " ".join(still_missing(referral, deeds=deeds, now=now)) or _("Waiting for the first purchase.")
    if reward is None:
        return said
    said += " " + _("Then you receive %(reward)s.") % {"reward": phrase_of(reward)}
    if referral.deadline_at is not None and referral.is_open:
        last = last_day_in_words(referral.business, referral.deadline_at)
        said += " " + _("Until %(day)s at the latest.") % {"day": last}
    return said


def _rewarded(
    business: Business, since: str, referral: Referral, deeds: Deeds, reward: Reward, now: datetime
) -> tuple[str, str]:
    named = {"business": business.name, "reward": phrase_of(reward)}
    match reward.state:
        case Reward.State.GRANTED if reward.reduced_at or types[reward.kind].by_hand:
            reward.client = referral.ambassador
            return "completed", f"{since} {tell_reward(reward, to='client', now=now).sentence}"
        case Reward.State.GRANTED:
            named["then"] = day_in_words(business, reward.granted_at or referral.activated_at or reward.promised_at)
            said = _("You received %(reward)s on %(then)s.") % named
            return "completed", f"{since} {said} {made_less(reward)}".rstrip()
        case Reward.State.ON_HOLD if reward.reason == Reward.Reason.DISPUTED:
            reward.client = referral.ambassador
            return "active", f"{since} {tell_reward(reward, to='client').sentence}"
        case Reward.State.ON_HOLD if reward.available_at:
            named["then"] = day_in_words(business, reward.available_at)
            said = _("You can use %(reward)s from %(then)s on.") % named
            return "active", f"{since} {said} {made_less(reward)}".rstrip()
        case Reward.State.AWAITING_APPROVAL:
            said = _("%(business)s still has to confirm %(reward)s; you need do nothing.") % named
            return "in_review", f"{since} {said} {made_less(reward)}".rstrip()
        case Reward.State.AWAITING_CHOICE:
            return "active", since + " " + _("You have %(reward)s: choose the one you would like.") % named
        case Reward.State.PROMISED | Reward.State.ON_HOLD:
            return "active", f"{since} {_still_to_come(referral, deeds, reward, now)}"
    reward.client = referral.ambassador
    told = tell_reward(reward, to="client", now=now)
    return "ineligible", f"{told.sentence} {told.next}"


def _steps(referral: Referral, reward: Reward | None) -> list[Step]:
    is_active, is_done = referral.activated_at is not None, referral.qualified_at is not None
    second = (_("All done"), "done") if is_done and not is_active else (_("Client"), "done" if is_active else "now")
    steps = [(_("Registered"), "done"), second]
    if reward is not None:
        is_granted = reward.state == Reward.State.GRANTED
        steps.append((_("Reward"), "done" if is_granted else "now" if is_active or is_done else ""))
    return steps
