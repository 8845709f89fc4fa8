"""What can happen to a campaign."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.events.facts import Fact, facts


@dataclass(frozen=True, kw_only=True)
class CampaignFact(Fact):
    """What every fact about a campaign tells."""

    campaign: int


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignCreated(CampaignFact):
    """A campaign was drafted."""

    name: ClassVar[str] = "campaign.created"
    says: ClassVar[Promise] = _("A campaign was created")


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignActivated(CampaignFact):
    """A campaign went live: links register friends."""

    name: ClassVar[str] = "campaign.activated"
    says: ClassVar[Promise] = _("A campaign was activated")


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignDeactivated(CampaignFact):
    """A campaign was ended; `open_referrals` says what becomes of the open ones, `open` how many there were."""

    name: ClassVar[str] = "campaign.deactivated"
    says: ClassVar[Promise] = _("A campaign was deactivated")
    open_referrals: str
    open: int


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignScheduled(CampaignFact):
    """A campaign starts, ends, or both, by itself on a day of the business (ISO); empty where that is done by hand."""

    name: ClassVar[str] = "campaign.scheduled"
    says: ClassVar[Promise] = _("A campaign’s first or last day was set")
    starts_on: str
    ends_on: str


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignArchived(CampaignFact):
    """A campaign that is over was tidied away; its figures stay."""

    name: ClassVar[str] = "campaign.archived"
    says: ClassVar[Promise] = _("A campaign was archived")


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignMoneyAllowed(CampaignFact):
    """A clinic said why a campaign gives rewards that are worth money; the reason stands with the campaign."""

    name: ClassVar[str] = "campaign.money_allowed"
    says: ClassVar[Promise] = _("Rewards worth money were allowed for a clinic, with a reason")


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignNewsWritten(CampaignFact):
    """The announcement got other words, or other channels."""

    name: ClassVar[str] = "campaign.news_written"
    says: ClassVar[Promise] = _("The words of the announcement were changed")
    channels: tuple[str, ...]


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignMarginExceeded(CampaignFact):
    """Somebody confirmed that a campaign may pay `share` per cent of a sale, though its owner is asked above
    `margin`."""

    name: ClassVar[str] = "campaign.margin_exceeded"
    says: ClassVar[Promise] = _("An offer above the owner's margin was confirmed")
    margin: int
    share: int


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignTermsChanged(CampaignFact):
    """A campaign's offer changed, for later registrations alone."""

    name: ClassVar[str] = "campaign.terms_changed"
    says: ClassVar[Promise] = _("A campaign's terms were changed")
    version: int


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignReferralsUpgraded(CampaignFact):
    """The business gave open recommendations its newest terms; `kept` counts those that keep their own, because a side
    would have got less."""

    name: ClassVar[str] = "campaign.referrals_upgraded"
    says: ClassVar[Promise] = _("Open recommendations got a campaign's newest terms")
    version: int
    upgraded: int
    kept: int


@facts
@dataclass(frozen=True, kw_only=True)
class CampaignOfferRaised(CampaignFact):
    """A client's open recommendations, `referrals` of them, got a campaign's newest terms: told once to each client."""

    name: ClassVar[str] = "campaign.offer_raised"
    says: ClassVar[Promise] = _("Open recommendations of a client got better terms")
    version: int
    referrals: int
