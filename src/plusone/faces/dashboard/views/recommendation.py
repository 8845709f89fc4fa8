"""One recommendation: where it stands and why, what each side receives, and how it came to this (UX 12, CASES 61)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.faces.dashboard import telling
from plusone.faces.dashboard.people import actors
from plusone.faces.ui.http import Page, staff
from plusone.kernel.access import get
from plusone.kernel.errors import NotHere, Refused
from plusone.kernel.money import plain_money
from plusone.referrals.commands import asked_checks, is_earned_again, revive, take_back_check, tick_off
from plusone.referrals.conditions import deeds_of, still_missing
from plusone.referrals.deeds import Deeds
from plusone.referrals.doubt import signs
from plusone.referrals.further import step_of
from plusone.referrals.models import DoubtSign, Referral
from plusone.referrals.offers import offer_of
from plusone.referrals.queries import events_of, referrals_of
from plusone.referrals.reasons import last_day_in_words, tell_referral, tell_reward
from plusone.referrals.sets import sets_of
from plusone.rewards.models import Reward
from plusone.rewards.queries import option_phrases, phrase_of, rewards_of

EVENTS_MAX = 60


@staff("campaigns.view")
def recommendation(request: Page, referral: str) -> HttpResponse:
    """Say why, in one sentence with its date; below it the decisions and everything that happened."""
    found = _found(request, referral)
    held = rewards_of(request.business, "referral", [found.pk]).get(found.pk, [])
    for reward in held:
        reward.client = found.friend if reward.side == Reward.Side.FRIEND else found.ambassador
    events, deeds = list(events_of(found, held)[:EVENTS_MAX]), deeds_of([found])
    codes = [event.actor for event in events] + [reward.decided_by for reward in held]
    who = actors(request.business, codes, seen=request.seen)
    context = {
        "nav": "leads",
        "title": _("%(ambassador)s recommended %(friend)s")
        % {"ambassador": found.ambassador.full_name, "friend": found.friend.full_name},
        "crumbs": [
            (_("Leads"), reverse("b:leads", args=[request.business.slug])),
            (found.friend.full_name, ""),
        ],
        "referral": found,
        "told": tell_referral(found, to="staff"),
        "in_set": sets_of(request.business, [found]).get(found.pk),
        "missing": _outstanding(found, deeds, request.now),
        "checks": [
            (what, deeds.has_done(found.friend_id, what, since=found.counts_from)) for what in asked_checks(found)
        ],
        "rewards": [
            {**_shown(request, found, reward, deeds), "decided_by": who.get(reward.decided_by, "")} for reward in held
        ],
        "links": _links(request, found),
        "noticed": _noticed(found) if request.may("referrals.manage") and request.may("clients.all") else [],
        "wording": found.wording.texts.get(get_language() or "", {}) if found.wording else {},
        "history": telling.history(request.business, events, who=who),
        "is_owner": request.collaborator.role == "owner",
    }
    return render(request, "dashboard/referrals/recommendation.html", context)


def _outstanding(referral: Referral, deeds: Deeds, now: datetime) -> list[str]:
    """Return what the first reward still needs, and by when."""
    if not referral.is_open or not referral.terms:
        return []
    lines = still_missing(referral, deeds=deeds, now=now)
    if lines and referral.deadline_at:
        last = last_day_in_words(referral.business, referral.deadline_at)
        lines.append(_("Until %(day)s at the latest.") % {"day": last})
    return lines


def _shown(request: Page, referral: Referral, reward: Reward, deeds: Deeds) -> dict[str, Any]:
    again = is_earned_again(referral, reward, deeds=deeds, now=request.now)
    told = tell_reward(reward, to="staff", is_earned_again=again, now=request.now)
    may_give = reward.state == Reward.State.DECLINED or (again and reward.granted_at is None)
    return {
        "reward": reward,
        "what": phrase_of(reward),
        "told": told,
        "step": step_of(referral, reward),
        "options": option_phrases(reward) if reward.state == Reward.State.AWAITING_CHOICE else [],
        "missing": _missing(referral, reward, deeds, request.now),
        "may_give": may_give,
        "skipped": _skipped(referral, reward, deeds, request.now) if may_give else [],
        "by_hand": _by_hand(request, reward) if told.is_by_hand else "",
    }


def _by_hand(request: Page, reward: Reward) -> str:
    """Return where what was not given is given by hand, with its worth filled in; empty for who may not."""
    if not request.may("balance.adjust") or not request.clients().filter(pk=reward.client_id, deleted_at=None).exists():
        return ""
    page = reverse("b:client_adjust", args=[request.business.slug, reward.client.public_id])
    amount = (reward.given or 0) - (reward.unrecovered if reward.state == Reward.State.REVOKED else 0)
    return f"{page}?amount={plain_money(amount, request.business.currency)}" if amount > 0 else page


def _found(request: Page, referral: str) -> Referral:
    found = get(request.business, referrals_of(request.business).select_related("wording"), referral)
    found.ambassador, found.friend = request.seen(found.ambassador), request.seen(found.friend)
    if not request.may("clients.all") and found.ambassador.deleted_at and found.friend.deleted_at:
        raise NotHere  # neither is an own client
    return found


def _links(request: Page, referral: Referral) -> list[tuple[Client, datetime]]:
    """Return whose links were opened before and when, where there were several (CASES 9)."""
    if len(referral.touches) < 2:
        return []
    clients = Client.objects.filter(business=request.business)
    known = clients.in_bulk([touch["ambassador"] for touch in referral.touches])
    opened = [(known.get(touch["ambassador"]), datetime.fromisoformat(touch["at"])) for touch in referral.touches]
    return [(request.seen(client), at) for client, at in opened if client is not None]


def _noticed(referral: Referral) -> list[dict[str, Any]]:
    """Return what was unusual about it, and what somebody decided about that, also long afterwards (UX 16)."""
    signs_seen = DoubtSign.objects.filter(business=referral.business, referral=referral).select_related("case")
    return [
        {"says": kind().says(referral, sign.detail), "at": sign.last_at, "case": sign.case}
        for sign in signs_seen.order_by("id")
        if (kind := signs.get(sign.name))
    ]


def _skipped(referral: Referral, reward: Reward, deeds: Deeds, now: datetime) -> list[str]:
    """Say what giving a declined reward all the same would pass over, before anybody presses."""
    if referral.terms is None:
        return []
    lines = []
    if reward.step == 1:
        unmet = still_missing(referral, deeds=deeds, now=now)
    else:
        unmet = _missing(referral, reward, deeds, now, of_any=True)
    if unmet and not (reward.side == Reward.Side.FRIEND and referral.terms.friend_reward_on == "registered"):
        lines.append(_("Its conditions are not met yet: %(missing)s") % {"missing": " ".join(unmet)})
    if reward.hold_days and (reward.available_at is None or reward.available_at > now):
        text = ngettext(
            "It is given at once: the verification period of %(days)s day is passed over.",
            "It is given at once: the verification period of %(days)s days is passed over.",
            reward.hold_days,
        )
        lines.append(text % {"days": reward.hold_days})
    return lines


def _missing(referral: Referral, reward: Reward, deeds: Deeds, now: datetime, *, of_any: bool = False) -> list[str]:
    """Return what a further step still needs; what the first needs stands above all rewards."""
    if reward.step == 1 or referral.terms is None or (reward.state != Reward.State.PROMISED and not of_any):
        return []
    wanted = offer_of(referral.terms).all_steps[reward.step - 1].conditions
    return still_missing(referral, wanted, deeds=deeds, now=now)


@staff("referrals.manage")
@require_POST
def check(request: Page, referral: str) -> HttpResponse:
    """Tick off what the friend was asked to do, or take the tick back."""
    found, what = _found(request, referral), request.POST.get("what", "")
    who: dict[str, Any] = {"actor": request.actor, "now": request.now}
    try:
        if request.POST.get("act") == "undo":
            if take_back_check(found, what, **who):
                messages.success(request, _("The tick is taken back."))
        elif tick_off(found, what, **who):
            messages.success(request, _("Ticked off."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("b:recommendation", request.business.slug, found.public_id)


@staff("referrals.manage")
@require_POST
def reopen(request: Page, referral: str) -> HttpResponse:
    """Open a recommendation again whose time was over: the owner, with a note (CASES 39)."""
    found = _found(request, referral)
    if request.collaborator.role != "owner":
        raise Refused(_("Only the owner opens a recommendation again, with a note that says why."), code="owner_only")
    try:
        if revive(found, note=request.POST.get("note", ""), actor=request.actor, now=request.now):
            messages.success(request, _("The recommendation is open again, with as many days as at the start."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("b:recommendation", request.business.slug, found.public_id)


urlpatterns = [
    path("referrals/<str:referral>/reopen/", reopen, name="recommendation_reopen"),
    path("referrals/<str:referral>/check/", check, name="recommendation_check"),
    path("referrals/<str:referral>/", recommendation, name="recommendation"),
]
