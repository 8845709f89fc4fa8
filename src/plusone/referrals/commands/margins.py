"""The share of a sale above which an owner wants to be asked before an offer goes live (R-112)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.money import format_money
from plusone.referrals import events
from plusone.referrals.margins import paid_of_sale
from plusone.referrals.models import Campaign
from plusone.referrals.offers import offer_of

MARGIN_MAX = 100


class AboveMargin(Refused):
    """The offer pays more of a sale than the owner wanted; it goes live once that is confirmed."""

    code = "above_margin"


@transaction.atomic
def keep_margin(campaign: Campaign, margin: int | None, *, accept: bool = False, actor: str, now: datetime) -> Campaign:
    """Keep above how many per cent of a sale the owner is asked, None for never; and with `accept` that this offer may
    pay what it does, by whom and when. Raise AboveMargin where it is live, pays more, and nobody has accepted that.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("business").get(pk=campaign.pk)
    if margin is not None and not 1 <= margin <= MARGIN_MAX:
        raise Invalid(_("Write a whole number from 1 to %(most)s.") % {"most": MARGIN_MAX}, field="margin")
    if margin != campaign.margin:
        campaign.margin, campaign.accepted_share, campaign.accepted_by, campaign.accepted_at = margin, None, "", None
        campaign.save(update_fields=["margin", "accepted_share", "accepted_by", "accepted_at"])
    if accept:
        _accept(campaign, actor=actor, now=now)
    if campaign.is_active:
        guard_margin(campaign, now=now)
    return campaign


def guard_margin(campaign: Campaign, *, now: datetime) -> None:
    """Raise AboveMargin where a campaign's newest offer pays more of a sale than its owner wanted, and than was
    accepted."""
    if campaign.margin is None:
        return
    paid = paid_of_sale(campaign.business, offer_of(campaign.terms), now=now)
    if paid is None or paid.percent <= max(campaign.margin, campaign.accepted_share or 0):
        return
    currency = campaign.business.currency
    said = _("This pays %(share)s%% of a sale: %(worth)s of %(sale)s. You wanted to be asked above %(margin)s%%.")
    named = {
        "share": paid.percent,
        "margin": campaign.margin,
        "worth": format_money(paid.worth, currency),
        "sale": format_money(paid.sale, currency),
    }
    raise AboveMargin(
        said % named,
        field="accept_above_margin",
        then=_("Confirm that it may, or give less."),
        share=paid.percent,
        margin=campaign.margin,
    )


def _accept(campaign: Campaign, *, actor: str, now: datetime) -> None:
    paid = paid_of_sale(campaign.business, offer_of(campaign.terms), now=now)
    if campaign.margin is None or paid is None or paid.percent <= max(campaign.margin, campaign.accepted_share or 0):
        return
    campaign.accepted_share, campaign.accepted_by, campaign.accepted_at = paid.percent, actor, now
    campaign.save(update_fields=["accepted_share", "accepted_by", "accepted_at"])
    told = events.CampaignMarginExceeded(campaign=campaign.pk, margin=campaign.margin, share=paid.percent)
    record(campaign.business, told, actor=actor, now=now)
