"""What an offer looks like, as it is sent and as it is shown: the shapes that `/campaigns` is made of."""

from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from plusone.referrals.models import Terms
from plusone.referrals.offers import CAPS, MONTHS_MAX, STEP_NAME_MAX, STEPS_MAX

from .conditions import ConditionIn, ConditionOut, show_condition
from .fields import NO_CONTROL, Body, Found, Positive
from .terms import RewardTermsIn, RewardTermsOut, show_terms

Days = Annotated[int, Strict(), Field(ge=0, le=365)]


class CapsIn(Body):
    """Limits for each ambassador; a month is a calendar month of the business."""

    rewards_total: Positive | None = None
    rewards_per_month: Positive | None = None
    amount_total: Positive | None = None
    amount_per_month: Positive | None = None


class CapsOut(Found):
    """Limits for each ambassador."""

    rewards_total: int | None
    rewards_per_month: int | None
    amount_total: int | None
    amount_per_month: int | None


Attribution = Literal["last_touch", "first_touch"]
LinkDays = Annotated[int, Strict(), Field(ge=1, le=365)]
SetSize = Annotated[int, Strict(), Field(ge=1, le=100)]

Clawback = Literal["within_balance", "only_pending", "allow_negative"]


class StepIn(Body):
    """A further step: what it gives, once its own conditions hold. It needs a reward for one side at least."""

    name: Annotated[str, Strict(), Field(max_length=STEP_NAME_MAX, pattern=NO_CONTROL)] = ""
    conditions: Annotated[list[ConditionIn], Field(max_length=10)] | None = None
    friend_reward: RewardTermsIn | None = None
    ambassador_reward: RewardTermsIn | None = None
    hold_days: Annotated[Days | None, Field(description="For both sides; null: as the campaign says for each.")] = None


class StepOut(Found):
    """A further step of a campaign."""

    name: str
    conditions: list[ConditionOut]
    friend_reward: RewardTermsOut | None
    ambassador_reward: RewardTermsOut | None
    hold_days: int | None


class ReturningIn(Body):
    """That former clients count, and what is given for them; a reward that is left out is as for a new friend."""

    months: Annotated[
        int,
        Strict(),
        Field(ge=1, le=MONTHS_MAX, description="How many calendar months ago they left at the least."),
    ]
    friend_reward: RewardTermsIn | None = None
    ambassador_reward: RewardTermsIn | None = None


class ReturningOut(Found):
    """That former clients count, and what is given for them; `own` names what is not as for a new friend."""

    months: int
    own: list[Literal["friend_reward", "ambassador_reward"]]
    friend_reward: RewardTermsOut | None
    ambassador_reward: RewardTermsOut | None


class Offer(Body):
    """Who receives what, once the friend did what."""

    friend_reward: RewardTermsIn | None = None
    ambassador_reward: RewardTermsIn | None = None
    conditions: Annotated[list[ConditionIn], Field(max_length=10)] | None = None
    friend_reward_on: Literal["registered", "qualified"] = "registered"
    hold_days: Days = 0
    friend_hold_days: Days = 0
    approval: Literal["auto", "manual"] = "auto"
    qualification_days: Annotated[Days, Field(description="0: no end.")] = 90
    caps: CapsIn | None = None
    budget: Annotated[Positive | None, Field(description="Of all money rewards of the campaign.")] = None
    clawback: Annotated[Clawback, Field(description="What a refund after the grant takes back.")] = "within_balance"
    attribution: Annotated[Attribution, Field(description="Which of several opened links counts.")] = "last_touch"
    attribution_days: Annotated[LinkDays, Field(description="How long an opened link counts.")] = 90
    every: Annotated[SetSize, Field(description="Reward the ambassador once for so many qualified friends.")] = 1
    require_active_ambassador: Annotated[
        bool, Strict(), Field(description="The ambassador's reward lapses where they are not active when it is due.")
    ] = False
    steps: (
        Annotated[
            list[StepIn],
            Field(
                max_length=STEPS_MAX,
                description="Further steps after the first, each settled for itself; needs a reward at the start.",
            ),
        ]
        | None
    ) = None
    returning: Annotated[
        ReturningIn | None, Field(description="Former clients count again, once for each time they left; null: never.")
    ] = None


class OfferOut(Found):
    """The offer of a campaign's newest terms."""

    friend_reward: RewardTermsOut | None
    ambassador_reward: RewardTermsOut | None
    conditions: list[ConditionOut]
    friend_reward_on: Literal["registered", "qualified"]
    hold_days: int
    friend_hold_days: int
    approval: Literal["auto", "manual"]
    attribution: Attribution
    attribution_days: int
    qualification_days: int
    caps: CapsOut | None
    budget: int | None
    every: int
    clawback: Clawback
    require_active_ambassador: bool
    steps: list[StepOut]
    returning: ReturningOut | None


def _step(step: dict[str, Any]) -> dict[str, Any]:
    rewards = {side: show_terms(step[side]) for side in ("friend_reward", "ambassador_reward")}
    return {**step, **rewards, "conditions": [show_condition(condition) for condition in step["conditions"]]}


def _returning(terms: Terms) -> dict[str, Any] | None:
    if not terms.returning:
        return None
    given = {name: terms.returning.get(name, getattr(terms, name)) for name in ("friend_reward", "ambassador_reward")}
    own = [name for name in given if name in terms.returning]
    return {"months": terms.returning["months"], "own": own, **{name: show_terms(row) for name, row in given.items()}}


def _caps(caps: dict[str, int] | None) -> dict[str, int | None] | None:
    return {name: caps.get(name) for name in CAPS} if caps else None


def show_offer(terms: Terms) -> dict[str, Any]:
    """Return the offer of terms as the API shows it."""
    return {
        "friend_reward": show_terms(terms.friend_reward),
        "ambassador_reward": show_terms(terms.ambassador_reward),
        "conditions": [show_condition(condition) for condition in terms.conditions],
        "friend_reward_on": terms.friend_reward_on,
        "hold_days": terms.hold_days,
        "friend_hold_days": terms.friend_hold_days,
        "approval": "manual" if terms.needs_approval else "auto",
        "qualification_days": terms.qualification_days,
        "caps": _caps(terms.caps),
        "budget": terms.budget,
        "clawback": terms.clawback,
        "attribution": terms.attribution,
        "attribution_days": terms.attribution_days,
        "every": terms.every,
        "require_active_ambassador": terms.require_active_ambassador,
        "steps": [_step(step) for step in terms.steps],
        "returning": _returning(terms),
    }
