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
from plusone.referrals.offers import offer_of, read_offer
from plusone.referrals.queries import campaigns_of

from .call import Call
from .fields import Body, Day, Flag, Found, Id, LongName, LongNote, Moment, moment
from .offers import Offer, OfferOut, show_offer
from .paging import Page, page

router = Router(tags=["Campaigns"])

State = Literal["draft", "scheduled", "active", "inactive", "archived"]


TellByEmail = Annotated[bool, Strict(), Field(description="Whether activating announces it to clients by e-mail.")]
TellByPortal = Annotated[bool, Strict(), Field(description="Whether it announces it as a notice in their pages.")]
OverrideReason = Annotated[
    LongNote,
    Field(
        description="Why a clinic gives rewards that are worth money all the same; without it 409 `money_needs_reason`."
    ),
]


Margin = Annotated[
    int,
    Strict(),
    Field(
        ge=1,
        le=100,
        description="Per cent of a sale: an offer that pays more goes live only with `accept_above_margin`, else 409 "
        "`above_margin`, with its `share`.",
    ),
]


class CampaignIn(Offer):
    """A new campaign, as a draft."""

    name: LongName
    override_reason: OverrideReason = ""
    margin: Margin | None = None
    tell_by_email: TellByEmail = True
    tell_by_portal: TellByPortal = True
    starts_on: Annotated[Day, Field(description="The day on which it goes live by itself; null: by hand.")] = None
    ends_on: Annotated[Day, Field(description="Its last day; it ends by itself when that is over.")] = None


class CampaignPatch(Offer):
    """What to change; what is left out stays. A changed offer makes new terms, for later registrations alone."""

    name: LongName = ""
    override_reason: OverrideReason = ""
    margin: Margin | None = None
    accept_above_margin: Flag = False
    tell_by_email: TellByEmail = True
    tell_by_portal: TellByPortal = True
    starts_on: Annotated[Day, Field(description="The day on which it goes live by itself; null: by hand.")] = None
    ends_on: Annotated[Day, Field(description="Its last day; it ends by itself when that is over.")] = None


class ActivateIn(Body):
    """Whether it may pay more of a sale than its `margin`."""

    accept_above_margin: Flag = False


class DeactivateIn(Body):
    """What becomes of referrals that are still open."""

    open_referrals: Literal["honour", "honour_days", "stop"] = "honour"
    days: Annotated[int, Strict(), Field(ge=1, le=365)] = 30


class TermsOut(Found):
    """A version of the offer, and the offer in sentences in the business's language."""

    version: int
    text: str


class CampaignOut(OfferOut):
    """A campaign with its newest terms."""

    id: Id
    name: str
    state: State
    is_default: Annotated[bool, Field(description="Whether personal links follow it.")]
    terms: TermsOut
    override_reason: str
    margin: int | None
    accepted_share: Annotated[int | None, Field(description="What it may pay of a sale all the same, per cent.")]
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
    told: Annotated[int, Field(description="How many ambassadors are written to, once each.")]
    kept: list[KeptOut]


class CampaignList(Found):
    """A page of campaigns."""

    items: list[CampaignOut]
    next: str | None


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
            **show_offer(terms),
            "override_reason": campaign.override_reason,
            "margin": campaign.margin,
            "accepted_share": campaign.accepted_share,
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
    commands.keep_margin(campaign, body.margin, actor=request.actor, now=request.now)
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
    margin, accept = sent.get("margin", campaign.margin), body.accept_above_margin
    commands.keep_margin(campaign, margin, accept=accept, actor=request.actor, now=request.now)
    _write_by_what(request, campaign, sent)
    _schedule(request, campaign, sent)
    return _again(request, campaign)


@router.post("/{campaign_id}/activate", response=CampaignOut)
def activate_campaign(request: Call, campaign_id: str, body: ActivateIn | None = None) -> dict[str, Any]:
    """Make a campaign live; the first one is the default that personal links follow.

    Half a minute later its clients are told, once, by the channels that are on. 409 `above_margin`.
    """
    campaign = get(request.business, Campaign, campaign_id)
    if body is not None and body.accept_above_margin:
        commands.keep_margin(campaign, campaign.margin, accept=True, actor=request.actor, now=request.now)
    commands.activate_campaign(campaign, actor=request.actor, now=request.now)
    return _again(request, campaign)


def _show_upgrade(done: commands.Upgrade) -> dict[str, Any]:
    return {
        "terms_version": done.terms.version,
        "upgraded": [referral.public_id for referral in done.upgraded],
        "told": done.told,
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
