"""`/referrals` and `/rewards`: who recommended whom, and what that is worth."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field, Strict

from plusone.clients.models import Client
from plusone.kernel.access import get
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.referrals import commands
from plusone.referrals.commands.registering import Registration, ambassador_by_code
from plusone.referrals.conditions import conditions, deeds_of
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.offers import offer_of
from plusone.referrals.queries import referrals_of
from plusone.referrals.reasons import tell_referral
from plusone.referrals.sets import InSet, sets_of
from plusone.rewards.queries import given_of, rewards_of

from .call import Call
from .clients import STATES, LastName
from .conditions import ConditionOut, show_condition
from .fields import NO_NUL, Body, Email, Found, Id, Language, LongNote, Moment, Name, Phone, Reference, moment
from .paging import Page, page
from .references import row_of
from .rewards import DecisionIn, RewardOut, show_reward

router = Router(tags=["Referrals"])

State = Literal["invited", "registered", "activated", "closed"]


class SetOut(Found):
    """The set of friends that this one belongs to, or would."""

    done: Annotated[int, Field(description="How many friends of it are there.")]
    wanted: Annotated[int, Field(description="How many make it full, and bring the reward.")]
    counts: Annotated[bool, Field(description="Whether this friend is among them.")]
    detail: Annotated[str, Field(description="The same in a sentence for staff.")]


class ReferralOut(Found):
    """One recommendation, under the terms of the day of its registration."""

    id: Id
    state: State
    flagged: Annotated[bool, Field(description="Whether somebody should look at it; its rewards wait.")]
    flags: Annotated[list[str], Field(description="What was noticed when it was registered, by name.")]
    reason: Annotated[str | None, Field(description="Why it is closed.")]
    detail: Annotated[str, Field(description="Where it stands, in a sentence for staff.")]
    next: Annotated[str, Field(description="What comes next, in a sentence for staff.")]
    ambassador: Id
    friend: Id
    campaign: Id | None
    terms_version: int | None
    returned: Annotated[bool, Field(description="Whether the friend was a client before who comes back.")]
    registered_at: Moment
    activated_at: Moment | None
    closed_at: Moment | None
    deadline_at: Annotated[Moment | None, Field(description="When the friend's time is over; null: no end.")]
    rewards: list[RewardOut]
    set: Annotated[SetOut | None, Field(description="Where the ambassador is rewarded for every so many friends.")]


class ProgressOut(Found):
    """How far the friend has come with one condition of a step."""

    step: Annotated[int, Field(description="1, or a further step of the offer.")]
    condition: ConditionOut
    done: Annotated[int, Field(description="In pieces, days or minor units.")]
    wanted: int
    met: bool
    at: Annotated[Moment | None, Field(description="When time alone may make it hold.")]
    missing: Annotated[str | None, Field(description="What is still to come, in a sentence.")]


class ReferralDetail(ReferralOut):
    """One recommendation, with how far the friend has come."""

    progress: Annotated[list[ProgressOut], Field(description="Of one that is open; else empty.")]


class ReferralList(Found):
    """A page of referrals."""

    items: list[ReferralOut]
    next: str | None


class FriendIn(Body):
    """The person recommended, who becomes a lead."""

    email: Email
    first_name: Name
    last_name: LastName = ""
    phone: Phone = ""
    language: Language | None = None


class ReferralIn(Body):
    """Who recommends, by `code` or by `ambassador`; and the friend, as a new person or as the id of a client."""

    code: Annotated[str, Strict(), Field(max_length=40, pattern=NO_NUL)] | None = None
    ambassador: Reference | None = None
    friend: FriendIn | Reference
    campaign: Annotated[Reference | None, Field(description="Without it, the default campaign.")] = None
    override_note: Annotated[LongNote, Field(description="Why a client is attached later than 72 hours.")] = ""


class ReferralFilter(Page):
    """Which referrals."""

    state: State | None = None
    ambassador: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of a client.")] = ""


def show(business: Business, referrals: Sequence[Referral], now: datetime) -> list[dict[str, Any]]:
    """Return referrals as the API shows them, with the rewards of all in one query."""
    held = rewards_of(business, "referral", [referral.pk for referral in referrals])
    shown = [reward for rewards in held.values() for reward in rewards]
    also, sets = given_of(business, shown), sets_of(business, referrals)
    return [
        {
            "id": referral.public_id,
            "state": referral.state,
            "flagged": referral.flagged,
            "flags": referral.flags,
            "reason": referral.reason or None,
            "detail": told.sentence,
            "next": told.next,
            "ambassador": referral.ambassador.public_id,
            "friend": referral.friend.public_id,
            "campaign": referral.campaign.public_id if referral.campaign else None,
            "terms_version": referral.terms.version if referral.terms else None,
            "returned": referral.returned_from is not None,
            "registered_at": moment(business, referral.registered_at),
            "activated_at": moment(business, referral.activated_at),
            "closed_at": moment(business, referral.closed_at),
            "deadline_at": moment(business, referral.deadline_at),
            "rewards": [
                show_reward(
                    business,
                    reward,
                    referral.friend if reward.side == "friend" else referral.ambassador,
                    referral.public_id,
                    also,
                    now,
                )
                for reward in held.get(referral.pk, [])
            ],
            "set": _show_set(sets.get(referral.pk)),
        }
        for referral in referrals
        for told in [tell_referral(referral, to="staff")]
    ]


def _show_set(found: InSet | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"done": found.done, "wanted": found.wanted, "counts": found.counts, "detail": found.for_staff}


def _again(request: Call, referral: Referral) -> dict[str, Any]:
    found = referrals_of(request.business).get(pk=referral.pk)
    return {**show(request.business, [found], request.now)[0], "progress": _progress(request, found)}


def _progress(request: Call, referral: Referral) -> list[dict[str, Any]]:
    if not referral.is_open or referral.terms is None:
        return []
    deeds = deeds_of([referral])
    return [
        {
            "step": step.number,
            "condition": show_condition(params),
            "done": found.done,
            "wanted": found.wanted,
            "met": found.is_met,
            "at": moment(request.business, found.at),
            "missing": None if found.is_met else condition.missing(request.business, params, found),
        }
        for step in offer_of(referral.terms).all_steps
        for params in step.conditions
        for condition in [conditions[params["kind"]]()]
        for found in [condition.progress(referral, params, deeds, now=request.now)]
    ]


@router.get("", response=ReferralList)
def list_referrals(request: Call, wanted: Query[ReferralFilter]) -> dict[str, Any]:
    """List referrals, newest first."""
    every = Referral.objects.filter(business=request.business)
    rows = referrals_of(request.business, state=wanted.state or "")
    if wanted.ambassador:
        rows = rows.filter(ambassador__public_id=wanted.ambassador)
    return page(
        rows, wanted, by="registered_at", every=every, show=lambda found: show(request.business, found, request.now)
    )


@router.post("", response={200: ReferralDetail, 201: ReferralDetail})
def create_referral(request: Call, body: ReferralIn) -> Status[dict[str, Any]]:
    """Register a friend as a lead of an ambassador, or attach a client afterwards.

    The same two again answer 200 with the same referral. 409: `self_referral`, `existing_client`, `already_referred`,
    `campaign_inactive`, `too_late`.
    """
    made = _register(request, body)
    return Status(201 if made.is_new else 200, _again(request, made.referral))


def _register(request: Call, body: ReferralIn) -> Registration:
    business = request.business
    ambassador = _ambassador(business, body)
    campaign = row_of(business, Campaign, body.campaign, field="campaign") if body.campaign else None
    act: dict[str, Any] = {"campaign": campaign, "source": "api", "actor": request.actor, "now": request.now}
    if isinstance(body.friend, str):
        friend = row_of(business, Client, body.friend, field="friend", status__in=STATES)
        return commands.attach_referral(business, ambassador, friend, override_note=body.override_note, **act)
    details = body.friend.model_dump() | {"language": body.friend.language or ""}
    try:
        return commands.register_friend(business, ambassador, **details, **act)
    except Invalid as error:
        error.field = f"friend.{error.field}" if error.field in details else error.field
        raise


def _ambassador(business: Business, body: ReferralIn) -> Client:
    if (body.code is None) == (body.ambassador is None):
        raise Invalid(_("Say who recommends: by a code, or by a client's id."), field="code", code="required")
    if body.code is not None:
        return ambassador_by_code(business, body.code)
    return row_of(business, Client, str(body.ambassador), field="ambassador", status__in=STATES)


@router.get("/{referral_id}", response=ReferralDetail)
def get_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Return a referral."""
    return _again(request, get(request.business, Referral, referral_id))


@router.post("/{referral_id}/approve", response=ReferralDetail)
def approve_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Say that a flagged referral is right; what waited for that goes on."""
    referral = get(request.business, Referral, referral_id)
    commands.approve_referral(referral, actor=request.actor, now=request.now)
    return _again(request, referral)


@router.post("/{referral_id}/upgrade", response=ReferralDetail)
def upgrade_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Give an open referral the newest terms of its live campaign, where no side gets less.

    409 with the reason: `ambassador_less`, `friend_less`, `ambassador_other`, `friend_other`, `conditions_harder`,
    `conditions_other`, `later`, `shorter`, `approval`, `limited`, `clawback`, `must_be_active`, `step_gone`, `sets`,
    `returned`, `overdue`, `all_given`; `not_open` where it is closed, has no campaign, or that is not live.
    """
    referral = get(request.business, Referral, referral_id)
    commands.upgrade_referral(referral, actor=request.actor, now=request.now)
    return _again(request, referral)


@router.post("/{referral_id}/reject", response=ReferralDetail)
def reject_referral(request: Call, referral_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Reject an open referral: its promises lapse, the friend stays and may get another ambassador."""
    referral = get(request.business, Referral, referral_id)
    commands.reject_referral(referral, note=body.note if body else "", actor=request.actor, now=request.now)
    return _again(request, referral)


@router.post("/{referral_id}/reopen", response=ReferralDetail)
def reopen_referral(request: Call, referral_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Open a referral again whose time was over, with as many days as at the start; a note says why, else 409
    `note_wanted`. 409 `another_open` while the friend has another one, `not_overdue` for one that ended otherwise; one
    that is open stays as it is."""
    referral = get(request.business, Referral, referral_id)
    commands.revive(referral, note=body.note if body else "", actor=request.actor, now=request.now)
    return _again(request, referral)
