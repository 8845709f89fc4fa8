"""`/campaigns`: what is offered to clients who recommend."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field, Strict

from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.referrals import commands
from plusone.referrals.models import Campaign, Terms
from plusone.referrals.offers import CAPS, STEP_NAME_MAX, STEPS_MAX, offer_of, read_offer
from plusone.referrals.queries import campaigns_of

from .call import Call
from .conditions import ConditionIn, ConditionOut, show_condition
from .fields import NO_CONTROL, Body, Day, Found, Id, LongName, LongNote, Moment, Positive, moment
from .paging import Page, page
from .terms import RewardTermsIn, RewardTermsOut, show_terms

router = Router(tags=["Campaigns"])

State = Literal["draft", "scheduled", "active", "inactive", "archived"]
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
TellByEmail = Annotated[bool, Strict(), Field(description="Whether activating announces it to clients by e-mail.")]
TellByPortal = Annotated[bool, Strict(), Field(description="Whether it announces it as a notice in their pages.")]


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


OverrideReason = Annotated[
    LongNote,
    Field(
        description="Why a clinic gives rewards that are worth money all the same; without it 409 `money_needs_reason`."
    ),
]


class CampaignIn(Offer):
    """A new campaign, as a draft."""

    name: LongName
    override_reason: OverrideReason = ""
    tell_by_email: TellByEmail = True
    tell_by_portal: TellByPortal = True
    starts_on: Annotated[Day, Field(description="The day on which it goes live by itself; null: by hand.")] = None
    ends_on: Annotated[Day, Field(description="Its last day; it ends by itself when that is over.")] = None


class CampaignPatch(Offer):
    """What to change; what is left out stays. A changed offer makes new terms, for later registrations alone."""

    name: LongName = ""
    override_reason: OverrideReason = ""
    tell_by_email: TellByEmail = True
    tell_by_portal: TellByPortal = True
    starts_on: Annotated[Day, Field(description="The day on which it goes live by itself; null: by hand.")] = None
    ends_on: Annotated[Day, Field(description="Its last day; it ends by itself when that is over.")] = None


class DeactivateIn(Body):
    """What becomes of referrals that are still open."""

    open_referrals: Literal["honour", "honour_days", "stop"] = "honour"
    days: Annotated[int, Strict(), Field(ge=1, le=365)] = 30


class TermsOut(Found):
    """A version of the offer, and the offer in sentences in the business's language."""

    version: int
    text: str


class CampaignOut(Found):
    """A campaign with its newest terms."""

    id: Id
    name: str
    state: State
    is_default: Annotated[bool, Field(description="Whether personal links follow it.")]
    terms: TermsOut
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
    override_reason: str
    tell_by_email: bool
    tell_by_portal: bool
    created_at: Moment
    starts_on: date | None
    ends_on: date | None
    activated_at: Moment | None
    deactivated_at: Moment | None


class WhyOut(Found):
    """Why a referral keeps its terms."""

    code: Annotated[str, Field(description="As `ambassador_less`, `friend_other`, `conditions_harder`.")]
    detail: str


class KeptOut(Found):
    """A referral that keeps its terms."""

    referral: Id
    terms_version: int
    reasons: list[WhyOut]


class UpgradeOut(Found):
    """Which open referrals get a campaign's newest terms, and which keep their own."""

    terms_version: int
    upgraded: list[Id]
    kept: list[KeptOut]


class CampaignList(Found):
    """A page of campaigns."""

    items: list[CampaignOut]
    next: str | None


def _step(step: dict[str, Any]) -> dict[str, Any]:
    rewards = {side: show_terms(step[side]) for side in ("friend_reward", "ambassador_reward")}
    return {**step, **rewards, "conditions": [show_condition(condition) for condition in step["conditions"]]}


def _caps(caps: dict[str, int] | None) -> dict[str, int | None] | None:
    return {name: caps.get(name) for name in CAPS} if caps else None


def _newest(campaign: Campaign) -> Terms:
    return max(campaign.versions.all(), key=lambda terms: terms.version)


def show(business: Business, campaigns: Sequence[Campaign]) -> list[dict[str, Any]]:
    """Return campaigns as the API shows them; versions are at hand or cost a query each."""
    return [
        {
            "id": campaign.public_id,
            "name": campaign.name,
            "state": campaign.state,
            "is_default": campaign.is_default,
            "terms": {"version": terms.version, "text": terms.text.get(business.language) or terms.text["en"]},
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
            "override_reason": campaign.override_reason,
            "tell_by_email": campaign.tell_by_email,
            "tell_by_portal": campaign.tell_by_portal,
            "created_at": moment(business, campaign.created_at),
            "starts_on": campaign.starts_on,
            "ends_on": campaign.ends_on,
            "activated_at": moment(business, campaign.activated_at),
            "deactivated_at": moment(business, campaign.deactivated_at),
        }
        for campaign in campaigns
        for terms in [_newest(campaign)]
    ]


def _again(request: Call, campaign: Campaign) -> dict[str, Any]:
    return show(request.business, [campaigns_of(request.business).get(pk=campaign.pk)])[0]


def _write_by_what(request: Call, campaign: Campaign, sent: dict[str, Any]) -> None:
    by_email, by_portal = sent.get("tell_by_email"), sent.get("tell_by_portal")
    commands.write_news(campaign, by_email=by_email, by_portal=by_portal, actor=request.actor, now=request.now)


def _schedule(request: Call, campaign: Campaign, sent: dict[str, Any]) -> None:
    if "starts_on" in sent or "ends_on" in sent:
        days = {name: sent.get(name, getattr(campaign, name)) for name in ("starts_on", "ends_on")}
        commands.schedule_campaign(campaign, **days, actor=request.actor, now=request.now)


@router.get("", response=CampaignList)
def list_campaigns(request: Call, wanted: Query[Page]) -> dict[str, Any]:
    """List campaigns, newest first."""
    every = campaigns_of(request.business)
    return page(every, wanted, by="created_at", every=every, show=lambda found: show(request.business, found))


@router.post("", response={201: CampaignOut})
def create_campaign(request: Call, body: CampaignIn) -> Status[dict[str, Any]]:
    """Draft a campaign. No link works by it until it is activated, or its first day comes."""
    offer = read_offer(request.business, body.model_dump(exclude_unset=True))
    campaign = commands.create_campaign(
        request.business,
        name=body.name,
        offer=offer,
        override_reason=body.override_reason,
        actor=request.actor,
        now=request.now,
    )
    _write_by_what(request, campaign, body.model_dump(exclude_unset=True))
    _schedule(request, campaign, body.model_dump(exclude_unset=True))
    return Status(201, _again(request, campaign))


@router.get("/{campaign_id}", response=CampaignOut)
def get_campaign(request: Call, campaign_id: str) -> dict[str, Any]:
    """Return a campaign."""
    return _again(request, get(request.business, Campaign, campaign_id))


@router.patch("/{campaign_id}", response=CampaignOut)
def edit_campaign(request: Call, campaign_id: str, body: CampaignPatch) -> dict[str, Any]:
    """Change the name or the offer; referrals that are registered keep the terms of their day."""
    campaign, sent = get(request.business, Campaign, campaign_id), body.model_dump(exclude_unset=True)
    offer = read_offer(request.business, sent, base=offer_of(campaign.terms))
    commands.edit_campaign(
        campaign,
        name=sent.get("name"),
        offer=offer,
        override_reason=body.override_reason,
        actor=request.actor,
        now=request.now,
    )
    _write_by_what(request, campaign, sent)
    _schedule(request, campaign, sent)
    return _again(request, campaign)


@router.post("/{campaign_id}/activate", response=CampaignOut)
def activate_campaign(request: Call, campaign_id: str) -> dict[str, Any]:
    """Make a campaign live; the first one is the default that personal links follow.

    Half a minute later its clients are told, once, by the channels that are on.
    """
    campaign = get(request.business, Campaign, campaign_id)
    commands.activate_campaign(campaign, actor=request.actor, now=request.now)
    return _again(request, campaign)


def _show_upgrade(done: commands.Upgrade) -> dict[str, Any]:
    return {
        "terms_version": done.terms.version,
        "upgraded": [referral.public_id for referral in done.upgraded],
        "kept": [
            {
                "referral": referral.public_id,
                "terms_version": referral.terms.version if referral.terms else 0,
                "reasons": [{"code": one.value, "detail": str(one.label)} for one in why],
            }
            for referral, why in done.kept
        ],
    }


@router.get("/{campaign_id}/upgrade", response=UpgradeOut)
def foresee_upgrade(request: Call, campaign_id: str) -> dict[str, Any]:
    """Say which open referrals would get the newest terms, and which keep their own because a side would get less."""
    campaign = get(request.business, Campaign, campaign_id)
    return _show_upgrade(commands.foresee_upgrade(campaign, now=request.now))


@router.post("/{campaign_id}/upgrade", response=UpgradeOut)
def upgrade_campaign(request: Call, campaign_id: str) -> dict[str, Any]:
    """Give open referrals of a live campaign its newest terms, where no side gets less; what was given stays.

    Again, it changes nothing more. 409 `campaign_inactive`.
    """
    campaign = get(request.business, Campaign, campaign_id)
    return _show_upgrade(commands.upgrade_open_referrals(campaign, actor=request.actor, now=request.now))


@router.post("/{campaign_id}/deactivate", response=CampaignOut)
def deactivate_campaign(request: Call, campaign_id: str, body: DeactivateIn | None = None) -> dict[str, Any]:
    """End a campaign: its links stop, balances stay, and open referrals follow the policy."""
    campaign, how = get(request.business, Campaign, campaign_id), body or DeactivateIn()
    commands.deactivate_campaign(campaign, **how.model_dump(), actor=request.actor, now=request.now)
    return _again(request, campaign)
