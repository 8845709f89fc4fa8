"""`/referrals` and `/rewards`: who recommended whom, and what that is worth."""

from collections.abc import Sequence
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
from plusone.referrals.models import Campaign, Referral
from plusone.referrals.queries import referrals_of
from plusone.referrals.reasons import tell_referral, tell_reward
from plusone.rewards import commands as deciding
from plusone.rewards.models import Reward
from plusone.rewards.queries import Given, given_of, rewards_of
from plusone.rewards.types import types

from .call import Call
from .clients import STATES, LastName
from .fields import NO_NUL, Body, Email, Found, Id, Language, LongNote, Moment, Name, Phone, Reference, moment
from .paging import Page, page
from .references import row_of
from .terms import OptionOut, show_terms

router = Router(tags=["Referrals"])
rewards = Router(tags=["Rewards"])

State = Literal["invited", "registered", "activated", "closed"]
Side = Literal["friend", "ambassador"]
RewardState = Literal[
    "promised",
    "on_hold",
    "awaiting_approval",
    "awaiting_choice",
    "granted",
    "capped",
    "declined",
    "lapsed",
    "revoked",
]


class RewardOut(Found):
    """What one side of a referral receives, or would have."""

    id: Id
    client: Id
    side: Side
    step: Annotated[int, Field(description="Which step of the offer it stands for: 1, or a further one.")]
    kind: str
    state: RewardState
    amount: Annotated[int | None, Field(description="Minor units, for a reward in money.")]
    available_at: Annotated[Moment | None, Field(description="When the hold ends.")]
    reason: str | None
    unrecovered: Annotated[int, Field(description="Of a revoked one: what had been used already, and stays.")]
    detail: Annotated[str, Field(description="Why it stands where it does, in a sentence for staff.")]
    expires_at: Annotated[Moment | None, Field(description="Until when what the business hands over waits.")]
    handed_over: Annotated[bool | None, Field(description="Whether staff handed it over; null where they need not.")]
    coupon: Annotated[str | None, Field(description="The personal code, for a coupon that was issued.")]
    options: Annotated[list[OptionOut], Field(description="What its client chooses from once it is due, in order.")]


class ReferralOut(Found):
    """One recommendation, under the terms of the day of its registration."""

    id: Id
    state: State
    flagged: Annotated[bool, Field(description="Whether somebody should look at it; its rewards wait.")]
    reason: Annotated[str | None, Field(description="Why it is closed.")]
    detail: Annotated[str, Field(description="Where it stands, in a sentence for staff.")]
    ambassador: Id
    friend: Id
    campaign: Id | None
    terms_version: int | None
    registered_at: Moment
    activated_at: Moment | None
    rewards: list[RewardOut]


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


class DecisionIn(Body):
    """Why, for the record."""

    note: LongNote = ""


class ChoiceIn(Body):
    """Which of the options, counted from 0."""

    option: Annotated[int, Strict(), Field(ge=0, le=3)]


class ReferralFilter(Page):
    """Which referrals."""

    state: State | None = None
    ambassador: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of a client.")] = ""


def show(business: Business, referrals: Sequence[Referral]) -> list[dict[str, Any]]:
    """Return referrals as the API shows them, with the rewards of all in one query."""
    held = rewards_of(business, "referral", [referral.pk for referral in referrals])
    shown = [reward for rewards in held.values() for reward in rewards]
    also = given_of(business, shown)
    return [
        {
            "id": referral.public_id,
            "state": referral.state,
            "flagged": referral.flagged,
            "reason": referral.reason or None,
            "detail": tell_referral(referral, to="staff").sentence,
            "ambassador": referral.ambassador.public_id,
            "friend": referral.friend.public_id,
            "campaign": referral.campaign.public_id if referral.campaign else None,
            "terms_version": referral.terms.version if referral.terms else None,
            "registered_at": moment(business, referral.registered_at),
            "activated_at": moment(business, referral.activated_at),
            "rewards": [
                show_reward(business, reward, referral.friend if reward.side == "friend" else referral.ambassador, also)
                for reward in held.get(referral.pk, [])
            ],
        }
        for referral in referrals
    ]


def _detail(business: Business, reward: Reward, client: Client) -> str:
    reward.business, reward.client = business, client
    return tell_reward(reward, to="staff").sentence


def show_reward(business: Business, reward: Reward, client: Client, also: Given | None = None) -> dict[str, Any]:
    """Return a reward as the API shows it; `also` saves two queries where several are shown."""
    also = also or given_of(business, [reward])
    return {
        "id": reward.public_id,
        "client": client.public_id,
        "side": reward.side,
        "step": reward.step,
        "kind": reward.kind,
        "state": reward.state,
        "amount": reward.amount,
        "available_at": moment(business, reward.available_at),
        "reason": reward.reason or None,
        "unrecovered": reward.unrecovered,
        "detail": _detail(business, reward, client),
        "expires_at": moment(business, reward.expires_at),
        "handed_over": reward.pk in also.handed_over if types[reward.kind].by_hand else None,
        "coupon": also.codes.get(reward.pk),
        "options": [show_terms(option) for option in reward.options],
    }


def _again(request: Call, referral: Referral) -> dict[str, Any]:
    return show(request.business, [referrals_of(request.business).get(pk=referral.pk)])[0]


@router.get("", response=ReferralList)
def list_referrals(request: Call, wanted: Query[ReferralFilter]) -> dict[str, Any]:
    """List referrals, newest first."""
    every = Referral.objects.filter(business=request.business)
    rows = referrals_of(request.business, state=wanted.state or "")
    if wanted.ambassador:
        rows = rows.filter(ambassador__public_id=wanted.ambassador)
    return page(rows, wanted, by="registered_at", every=every, show=lambda found: show(request.business, found))


@router.post("", response={200: ReferralOut, 201: ReferralOut})
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


@router.get("/{referral_id}", response=ReferralOut)
def get_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Return a referral."""
    return _again(request, get(request.business, Referral, referral_id))


@router.post("/{referral_id}/approve", response=ReferralOut)
def approve_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Say that a flagged referral is right; what waited for that goes on."""
    referral = get(request.business, Referral, referral_id)
    commands.approve_referral(referral, actor=request.actor, now=request.now)
    return _again(request, referral)


@router.post("/{referral_id}/upgrade", response=ReferralOut)
def upgrade_referral(request: Call, referral_id: str) -> dict[str, Any]:
    """Give an open referral the newest terms of its live campaign, where no side gets less.

    409 with the reason: `ambassador_less`, `friend_less`, `ambassador_other`, `friend_other`, `conditions_harder`,
    `conditions_other`, `later`, `shorter`, `approval`, `limited`, `clawback`, `must_be_active`, `sets`, `overdue`,
    `all_given`; `not_open` where it is closed, has no campaign, or that is not live.
    """
    referral = get(request.business, Referral, referral_id)
    commands.upgrade_referral(referral, actor=request.actor, now=request.now)
    return _again(request, referral)


@router.post("/{referral_id}/reject", response=ReferralOut)
def reject_referral(request: Call, referral_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Reject an open referral: its promises lapse, the friend stays and may get another ambassador."""
    referral = get(request.business, Referral, referral_id)
    commands.reject_referral(referral, note=body.note if body else "", actor=request.actor, now=request.now)
    return _again(request, referral)


@rewards.post("/{reward_id}/approve", response=RewardOut)
def approve_reward(request: Call, reward_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Grant a reward that waits for a decision; or one that was declined, with a note, else 409 `note_needed`."""
    reward = _reward(request, reward_id)
    note = body.note if body else ""
    commands.decide_reward(reward, approve=True, note=note, actor=request.actor, now=request.now)
    return show_reward(request.business, reward, reward.client)


@rewards.post("/{reward_id}/hand-over", response=RewardOut)
def hand_over_reward(request: Call, reward_id: str) -> dict[str, Any]:
    """Say that a product or another thing was handed over. 409 `nothing_to_hand_over`, `expired`."""
    reward = _reward(request, reward_id)
    deciding.hand_over(reward, actor=request.actor, now=request.now)
    return show_reward(request.business, reward, reward.client)


@rewards.post("/{reward_id}/choose", response=RewardOut)
def choose_reward(request: Call, reward_id: str, body: ChoiceIn) -> dict[str, Any]:
    """Choose for its client which of the options is given. 409 `chosen`, `nothing_to_choose`, `amount_unknown`."""
    reward = _reward(request, reward_id)
    commands.choose_reward(reward, body.option, actor=request.actor, now=request.now)
    return show_reward(request.business, reward, reward.client)


@rewards.post("/{reward_id}/decline", response=RewardOut)
def decline_reward(request: Call, reward_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Decline a reward that is not granted yet."""
    reward = _reward(request, reward_id)
    note = body.note if body else ""
    commands.decide_reward(reward, approve=False, note=note, actor=request.actor, now=request.now)
    return show_reward(request.business, reward, reward.client)


def _reward(request: Call, reward_id: str) -> Reward:
    reward = get(request.business, Reward, reward_id)
    reward.business = request.business
    return reward
