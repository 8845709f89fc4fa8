"""A campaign is drafted, goes live, changes its offer, and ends (REQUIREMENTS 4.4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from plusone.events.commands import caused_by, record
from plusone.kernel import clock
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Business
from plusone.referrals import events
from plusone.referrals.models import Campaign, Mailing, Referral, Terms
from plusone.referrals.offers import Offer, offer_of
from plusone.referrals.sentences import texts

from .mailings import announce, end_reminders, stop_mailing
from .margins import guard_margin
from .reminders import wake_reminders
from .settling import bring_forward, close_open, last_moment

State, Policy = Campaign.State, Campaign.Policy
REASON_MAX = 300


class MoneyNeedsReason(Refused):
    """A clinic would give rewards that are worth money, and has not said why it may (PRI-15)."""

    code = "money_needs_reason"


@transaction.atomic
def create_campaign(
    business: Business, *, name: str, offer: Offer, override_reason: str = "", actor: str, now: datetime
) -> Campaign:
    """Draft a campaign with its first terms. Nobody is told anything and no link works by it.

    Raise MoneyNeedsReason where a clinic gives what is worth money without `override_reason`.
    """
    campaign = Campaign.objects.create(business=business, name=_clean_name(name), created_at=now)
    allow_money(campaign, offer, override_reason, actor=actor, now=now)
    _new_terms(campaign, offer, version=1, actor=actor, now=now)
    record(business, events.CampaignCreated(campaign=campaign.pk), actor=actor, now=now)
    return campaign


@transaction.atomic
def edit_campaign(
    campaign: Campaign,
    *,
    name: str | None = None,
    offer: Offer | None = None,
    override_reason: str = "",
    actor: str,
    now: datetime,
) -> Campaign:
    """Change the name, or the offer: that makes new terms for later registrations alone (Q-07).

    An equal offer changes nothing. Raise MoneyNeedsReason where a clinic gives what is worth money without saying why.
    """
    campaign = lock_campaign(campaign)
    if campaign.state == State.ARCHIVED:
        raise Refused(
            _("This campaign is archived and cannot be changed."),
            code="archived",
            then=_("Start a new campaign; it can have the same offer."),
        )
    if name is not None:
        campaign.name = _clean_name(name)
        campaign.save(update_fields=["name"])
    terms = campaign.terms
    if offer is not None:
        allow_money(campaign, offer, override_reason, actor=actor, now=now)
    if offer is not None and offer != offer_of(terms):
        _new_terms(campaign, offer, version=terms.version + 1, actor=actor, now=now)
        record(
            campaign.business,
            events.CampaignTermsChanged(campaign=campaign.pk, version=terms.version + 1),
            actor=actor,
            now=now,
        )
    return campaign


@transaction.atomic
def activate_campaign(campaign: Campaign, *, actor: str, now: datetime) -> bool:
    """Make a campaign live; the first one is the default that personal links follow. Clients are told, once (R-014).

    Say whether it was not live already. Raise AboveMargin where its owner wants to be asked first (`keep_margin`).
    """
    campaign = lock_campaign(campaign)
    if campaign.is_active:
        return False
    if campaign.state == State.ARCHIVED:
        raise Refused(
            _("This campaign is archived and cannot be activated."),
            code="archived",
            then=_("Start a new campaign; it can have the same offer."),
        )
    allow_money(campaign, offer_of(campaign.terms), "", actor=actor, now=now)
    guard_margin(campaign, now=now)
    others = Campaign.objects.filter(business=campaign.business, is_default=True)
    campaign.state, campaign.is_default = State.ACTIVE, not others.exists()
    campaign.activated_at, campaign.deactivated_at, campaign.starts_on = now, None, None
    if campaign.ends_on and campaign.ends_on < clock.today(campaign.business, now):
        campaign.ends_on = None  # of an earlier time
    campaign.save(update_fields=["state", "is_default", "activated_at", "deactivated_at", "starts_on", "ends_on"])
    record(campaign.business, events.CampaignActivated(campaign=campaign.pk), actor=actor, now=now)
    wake_reminders(campaign, now=now)
    announce(campaign, actor=actor, now=now)
    return True


@transaction.atomic
def deactivate_campaign(
    campaign: Campaign, *, open_referrals: str = Policy.HONOUR, days: int = 30, actor: str, now: datetime
) -> bool:
    """End a campaign: its links stop, balances stay (R-050..R-052), and open referrals follow the policy (Q-06).

    `days` counts for HONOUR_DAYS: calendar days in the business's time zone. Say whether it was live.
    """
    campaign = lock_campaign(campaign)
    if not campaign.is_active:
        return False
    if open_referrals not in Policy.values:
        raise Invalid(_("Choose what becomes of the open recommendations."), field="open_referrals")
    if open_referrals == Policy.HONOUR_DAYS and not 1 <= days <= 365:
        raise Invalid(_("Choose between 1 and 365 days."), field="days")
    business = campaign.business
    campaign.state, campaign.is_default, campaign.open_referrals, campaign.deactivated_at = (
        State.INACTIVE,
        False,
        open_referrals,
        now,
    )
    campaign.ends_on = None
    campaign.save(update_fields=["state", "is_default", "open_referrals", "deactivated_at", "ends_on"])
    _next_default(business)
    for mailing in Mailing.objects.filter(campaign=campaign, state=Mailing.State.QUEUED).select_related("business"):
        stop_mailing(mailing, actor=actor, now=now)
    end_reminders(campaign, actor=actor, now=now)
    waiting = list(
        Referral.objects.filter(campaign=campaign, state=Referral.State.REGISTERED).select_related("business")
    )
    ended = record(
        business,
        events.CampaignDeactivated(campaign=campaign.pk, open_referrals=open_referrals, open=len(waiting)),
        actor=actor,
        now=now,
    )
    with caused_by(ended):
        for referral in waiting if open_referrals != Policy.HONOUR else ():
            if open_referrals == Policy.STOP:
                close_open(referral, Referral.Reason.CAMPAIGN_ENDED, actor=actor, now=now)
            else:
                bring_forward(referral, last_moment(business, now, days))
                told = events.ReferralDeadlineSet(referral=referral.pk, ambassador=referral.ambassador_id, days=days)
                record(business, told, client=referral.friend_id, actor=actor, now=now)
    return True


@transaction.atomic
def archive_campaign(campaign: Campaign, *, actor: str, now: datetime) -> bool:
    """Tidy a campaign away; its figures stay. Say whether it was not archived already. Raise Refused while it is
    live."""
    campaign = lock_campaign(campaign)
    if campaign.state == State.ARCHIVED:
        return False
    if campaign.is_active:
        raise Refused(_("A live campaign cannot be archived."), code="active", then=_("Deactivate the campaign first."))
    campaign.state, campaign.starts_on, campaign.ends_on = State.ARCHIVED, None, None
    campaign.save(update_fields=["state", "starts_on", "ends_on"])
    record(campaign.business, events.CampaignArchived(campaign=campaign.pk), actor=actor, now=now)
    return True


def allow_money(campaign: Campaign, offer: Offer, reason: str, *, actor: str, now: datetime) -> None:
    """Let a clinic give what is worth money only where somebody has said why, and keep who and when (PRI-15)."""
    if campaign.business.kind != Business.Kind.CLINIC or not offer.gives_money:
        return
    reason = " ".join(reason.split())[:REASON_MAX]
    if reason and reason != campaign.override_reason:
        campaign.override_reason, campaign.override_by, campaign.override_at = reason, actor, now
        campaign.save(update_fields=["override_reason", "override_by", "override_at"])
        record(campaign.business, events.CampaignMoneyAllowed(campaign=campaign.pk), actor=actor, now=now)
    elif not campaign.override_reason:
        raise MoneyNeedsReason(
            _(
                "Rewards that are worth money can be forbidden where patients are recommended to a clinic. Thank "
                "without a reward, or write why you may give one."
            ),
            field="override_reason",
        )


def _new_terms(campaign: Campaign, offer: Offer, *, version: int, actor: str, now: datetime) -> None:
    """Write a version, and beside it what it says for former clients, where those count (Q-10)."""
    kinds = [(offer, False), (offer.for_returning(), True)] if offer.returning else [(offer, False)]
    for said, for_returning in kinds:
        Terms.objects.create(
            business=campaign.business,
            campaign=campaign,
            version=version,
            for_returning=for_returning,
            text=texts(campaign.business, said),
            created_at=now,
            created_by=actor,
            **{name: getattr(said, name) for name in Offer.__dataclass_fields__},
        )


def _next_default(business: Business) -> None:
    """Let the newest live campaign take over where the default one ended."""
    live = Campaign.objects.filter(business=business, state=State.ACTIVE)
    if not live.filter(is_default=True).exists():
        newest = live.order_by("-activated_at", "-id").first()
        if newest:
            Campaign.objects.filter(pk=newest.pk).update(is_default=True)


def lock_campaign(campaign: Campaign) -> Campaign:
    """Return a campaign as it is now, locked until the transaction ends, and with it which of them is the default: of
    two that go live or end at once, the second sees what became of the first."""
    take_turns(f"campaigns {campaign.business_id}")
    return Campaign.objects.select_for_update(of=("self",)).select_related("business").get(pk=campaign.pk)


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid(_("A campaign's name has between 1 and 120 characters."), field="name")
    return name
