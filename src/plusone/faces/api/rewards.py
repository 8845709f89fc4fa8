"""`/rewards`: what is given for recommendations, to whom, and where it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field, Strict

from plusone.clients.models import Client
from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.referrals import commands
from plusone.referrals.outlook import recommendations_behind
from plusone.referrals.reasons import tell_reward
from plusone.rewards import commands as deciding
from plusone.rewards.models import Reward
from plusone.rewards.queries import Given, given_of
from plusone.rewards.types import types

from .call import Call
from .fields import NO_NUL, Body, Found, Id, LongNote, Moment, moment
from .paging import Page, page
from .terms import KIND, OptionOut, show_terms

router = Router(tags=["Rewards"])

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
    referral: Annotated[Id | None, Field(description="The recommendation that it stands for.")]
    client: Id
    side: Side
    step: Annotated[int, Field(description="Which step of the offer it stands for: 1, or a further one.")]
    kind: str
    state: RewardState
    amount: Annotated[int | None, Field(description="Minor units, for a reward in money.")]
    promised_at: Moment
    available_at: Annotated[Moment | None, Field(description="When the hold ends.")]
    granted_at: Moment | None
    reason: str | None
    limit: Annotated[
        str | None,
        Field(
            description="The limit that it is over, or that left less of it: `budget`, `rewards_total`, "
            "`rewards_per_month`, `amount_total` or `amount_per_month`."
        ),
    ]
    full_amount: Annotated[int | None, Field(description="What it would have been, where a limit left less of it.")]
    unrecovered: Annotated[
        int, Field(description="Of one that was revoked or reduced: what had been used already, and stays.")
    ]
    detail: Annotated[str, Field(description="Why it stands where it does, in a sentence for staff.")]
    next: Annotated[str, Field(description="What comes next, in a sentence for staff.")]
    expires_at: Annotated[Moment | None, Field(description="Until when what the business hands over waits.")]
    handed_over: Annotated[bool | None, Field(description="Whether staff handed it over; null where they need not.")]
    coupon: Annotated[str | None, Field(description="The personal code, for a coupon that was issued.")]
    options: Annotated[list[OptionOut], Field(description="What its client chooses from once it is due, in order.")]


class RewardList(Found):
    """A page of rewards."""

    items: list[RewardOut]
    next: str | None


class RewardFilter(Page):
    """Which rewards."""

    state: RewardState | None = None
    side: Side | None = None
    kind: KIND | None = None  # type: ignore[valid-type]  # the room's own list
    client: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of who receives them.")] = ""


class DecisionIn(Body):
    """Why, for the record."""

    note: LongNote = ""


class ChoiceIn(Body):
    """Which of the options, counted from 0."""

    option: Annotated[int, Strict(), Field(ge=0, le=3)]


def show_reward(
    business: Business, reward: Reward, client: Client, referral: str | None, also: Given, now: datetime
) -> dict[str, Any]:
    """Return a reward as the API shows it: with the id of its recommendation, and what came of it."""
    reward.business, reward.client = business, client
    told = tell_reward(reward, to="staff", now=now)
    return {
        "id": reward.public_id,
        "referral": referral,
        "client": client.public_id,
        "side": reward.side,
        "step": reward.step,
        "kind": reward.kind,
        "state": reward.state,
        "amount": reward.amount,
        "promised_at": moment(business, reward.promised_at),
        "available_at": moment(business, reward.available_at),
        "granted_at": moment(business, reward.granted_at),
        "reason": reward.reason or None,
        "limit": reward.met_limit or None,
        "full_amount": reward.full_amount,
        "unrecovered": reward.unrecovered,
        "detail": told.sentence,
        "next": told.next,
        "expires_at": moment(business, reward.expires_at),
        "handed_over": reward.pk in also.handed_over if types[reward.kind].by_hand else None,
        "coupon": also.codes.get(reward.pk),
        "options": [show_terms(option) for option in reward.options],
    }


def show(business: Business, rewards: Sequence[Reward], now: datetime) -> list[dict[str, Any]]:
    """Return rewards (each with its client at hand) as the API shows them, in three queries at most for all of them."""
    also, behind = given_of(business, rewards), recommendations_behind(business, [reward.pk for reward in rewards])
    return [show_reward(business, reward, reward.client, behind.get(reward.pk), also, now) for reward in rewards]


@router.get("", response=RewardList)
def list_rewards(request: Call, wanted: Query[RewardFilter]) -> dict[str, Any]:
    """List rewards, newest promise first."""
    every = Reward.objects.filter(business=request.business).select_related("client", "handover")
    rows = every
    for name in ("state", "side", "kind"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.client:
        rows = rows.filter(client__public_id=wanted.client)
    return page(
        rows, wanted, by="promised_at", every=every, show=lambda found: show(request.business, found, request.now)
    )


@router.get("/{reward_id}", response=RewardOut)
def get_reward(request: Call, reward_id: str) -> dict[str, Any]:
    """Return a reward."""
    return show(request.business, [_reward(request, reward_id)], request.now)[0]


@router.post("/{reward_id}/approve", response=RewardOut)
def approve_reward(request: Call, reward_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Grant a reward that waits for a decision; or, with a note, else 409 `note_needed`, one that was
    declined, or whose purchase was refunded before it was given and whose conditions hold again (409 `taken_back` where
    it had been given)."""
    reward = _reward(request, reward_id)
    note = body.note if body else ""
    commands.decide_reward(reward, approve=True, note=note, actor=request.actor, now=request.now)
    return show(request.business, [reward], request.now)[0]


@router.post("/{reward_id}/hand-over", response=RewardOut)
def hand_over_reward(request: Call, reward_id: str) -> dict[str, Any]:
    """Say that a product or another thing was handed over. 409 `nothing_to_hand_over`, `expired`."""
    reward = _reward(request, reward_id)
    deciding.hand_over(reward, actor=request.actor, now=request.now)
    return show(request.business, [reward], request.now)[0]


@router.post("/{reward_id}/choose", response=RewardOut)
def choose_reward(request: Call, reward_id: str, body: ChoiceIn) -> dict[str, Any]:
    """Choose for its client which of the options is given. 409 `chosen`, `nothing_to_choose`, `amount_unknown`."""
    reward = _reward(request, reward_id)
    commands.choose_reward(reward, body.option, actor=request.actor, now=request.now)
    return show(request.business, [reward], request.now)[0]


@router.post("/{reward_id}/decline", response=RewardOut)
def decline_reward(request: Call, reward_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Decline a reward that is not granted yet."""
    reward = _reward(request, reward_id)
    note = body.note if body else ""
    commands.decide_reward(reward, approve=False, note=note, actor=request.actor, now=request.now)
    return show(request.business, [reward], request.now)[0]


def _reward(request: Call, reward_id: str) -> Reward:
    reward = get(request.business, Reward, reward_id)
    reward.business = request.business
    return reward
