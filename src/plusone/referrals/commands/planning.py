"""A campaign starts and ends by itself, on days of the business (REQUIREMENTS 4.4)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel import clock
from plusone.kernel.errors import Invalid, Refused
from plusone.referrals import events
from plusone.referrals.models import Campaign
from plusone.referrals.offers import offer_of

from .campaigns import activate_campaign, allow_money, deactivate_campaign, lock_campaign
from .margins import guard_margin

State = Campaign.State
FARTHEST = timedelta(hours=14)  # where the day begins first


@transaction.atomic
def schedule_campaign(
    campaign: Campaign, *, starts_on: date | None, ends_on: date | None, actor: str, now: datetime
) -> bool:
    """Say on which day a campaign goes live by itself, and which is its last; None where that is done by hand.

    Say whether that changed anything. Raise Refused where it is archived, Invalid for a day that cannot be, and
    MoneyNeedsReason as activating would.
    """
    campaign = lock_campaign(campaign)
    if campaign.state == State.ARCHIVED:
        raise Refused(
            _("This campaign is archived and cannot be changed."),
            code="archived",
            then=_("Start a new campaign; it can have the same offer."),
        )
    if (starts_on, ends_on) == (campaign.starts_on, campaign.ends_on):
        return False
    _check_days(campaign, starts_on, ends_on, today=clock.today(campaign.business, now))
    if starts_on:
        allow_money(campaign, offer_of(campaign.terms), "", actor=actor, now=now)
        guard_margin(campaign, now=now)
    _keep_days(campaign, starts_on, ends_on, actor=actor, now=now)
    return True


def start_and_end_campaigns(now: datetime) -> int:
    """Let the campaigns go live whose first day has come, and end those whose last day is over. Return how many.

    What was promised to friends who are registered is kept. One that cannot go live any more is a draft again.
    """
    latest = (now + FARTHEST).date()
    due = Campaign.objects.filter(
        Q(state=State.SCHEDULED, starts_on__lte=latest) | Q(state=State.ACTIVE, ends_on__lt=latest)
    )
    return sum(_move(campaign, now) for campaign in due.order_by("pk"))


@transaction.atomic
def _move(campaign: Campaign, now: datetime) -> bool:
    campaign = lock_campaign(campaign)  # somebody may have thought again meanwhile
    today = clock.today(campaign.business, now)
    if campaign.starts_on and campaign.starts_on <= today:
        return _start(campaign, now)
    if campaign.is_active and campaign.ends_on and campaign.ends_on < today:
        return deactivate_campaign(campaign, actor="system", now=now)
    return False


def _start(campaign: Campaign, now: datetime) -> bool:
    try:
        return activate_campaign(campaign, actor="system", now=now)
    except Refused:  # the business has become a clinic meanwhile, say
        _keep_days(campaign, None, campaign.ends_on, actor="system", now=now)
        return False


def _check_days(campaign: Campaign, starts_on: date | None, ends_on: date | None, *, today: date) -> None:
    if starts_on and campaign.is_active:
        raise Invalid(_("This campaign is live already: only its last day can be set."), field="starts_on")
    if starts_on and starts_on != campaign.starts_on and starts_on <= today:
        raise Invalid(_("Choose a day from tomorrow on, or activate the campaign now."), field="starts_on")
    if ends_on and ends_on < max(today, starts_on or today):
        raise Invalid(_("The last day is not before the first, and not over yet."), field="ends_on")


def _keep_days(campaign: Campaign, starts_on: date | None, ends_on: date | None, *, actor: str, now: datetime) -> None:
    campaign.starts_on, campaign.ends_on = starts_on, ends_on
    if not campaign.is_active:
        by_hand = State.INACTIVE if campaign.activated_at else State.DRAFT
        campaign.state = State.SCHEDULED if starts_on else by_hand
    campaign.save(update_fields=["state", "starts_on", "ends_on"])
    days = {"starts_on": starts_on.isoformat() if starts_on else "", "ends_on": ends_on.isoformat() if ends_on else ""}
    record(campaign.business, events.CampaignScheduled(campaign=campaign.pk, **days), actor=actor, now=now)
