"""Open recommendations get the newest terms of their campaign where nobody gets less by it (Q-07)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from plusone.events.commands import caused_by, record
from plusone.kernel.db.whole import whole
from plusone.kernel.errors import Refused
from plusone.messaging.queries import is_channel_on
from plusone.referrals import events
from plusone.referrals.comparing import Why, objections
from plusone.referrals.models import Campaign, Referral, Terms
from plusone.referrals.offers import offer_of
from plusone.referrals.promising import carried
from plusone.referrals.queries import open_by_older_terms
from plusone.rewards import commands as rewards
from plusone.rewards.models import Reward
from plusone.rewards.queries import rewards_of
from plusone.rules.queries import is_default_on

from .campaigns import lock_campaign
from .milestones import first_money
from .promising import due_by, promise_all
from .settling import is_overdue, last_moment, locked, settle
from .wording import wording_of


@dataclass(frozen=True)
class Upgrade:
    """What is open by older terms of a campaign, oldest first: who gets the newest, and who keeps which for what."""

    terms: Terms
    upgraded: list[Referral]
    kept: list[tuple[Referral, list[Why]]]

    @property
    def told(self) -> int:
        """How many ambassadors are written to, once each; none where the business has switched that off (Q-28)."""
        people = [one.ambassador for one in self.upgraded if one.ambassador.is_active and one.ambassador.email]
        business = self.terms.campaign.business
        if not people or not is_channel_on(business, "email") or not is_default_on(business, "referral.raised"):
            return 0
        return len({one.pk for one in people})


def foresee_upgrade(campaign: Campaign, *, now: datetime) -> Upgrade:
    """Say what `upgrade_open_referrals` would do now; nothing changes."""
    return _judged(campaign, campaign.terms, list(_open_by_older_terms(campaign)), now=now)


@whole
def upgrade_open_referrals(campaign: Campaign, *, actor: str, now: datetime) -> Upgrade:
    """Give all open recommendations of a live campaign its newest terms, but those of which a side would get less: each
    of them keeps its own, with the reasons. Pressed again it changes nothing more.

    Raise Refused where the campaign is not live.
    """
    campaign = lock_campaign(campaign)
    if not campaign.is_active:
        raise Refused(
            _("Only a live campaign has terms to give to open recommendations."),
            code="campaign_inactive",
            then=_("Activate the campaign first."),
        )
    rows = _open_by_older_terms(campaign)
    # All of them are locked before anything is given: whoever settles one holds nothing that this waits for.
    list(Referral.objects.select_for_update().filter(pk__in=rows.values("pk")).order_by("pk"))
    done = _judged(campaign, campaign.terms, list(rows), now=now)
    if not done.upgraded:
        return done
    told = events.CampaignReferralsUpgraded(
        campaign=campaign.pk, version=done.terms.version, upgraded=len(done.upgraded), kept=len(done.kept)
    )
    with caused_by(record(campaign.business, told, actor=actor, now=now)):
        for referral in done.upgraded:
            _upgrade(referral, done.terms, actor=actor, now=now)
        _tell(campaign, done.terms, done.upgraded, actor=actor, now=now)
    return done


@whole
def upgrade_referral(referral: Referral, *, actor: str, now: datetime) -> bool:
    """Give one open recommendation the newest terms of its live campaign. Say whether it had older ones.

    Raise Refused with the reason as its code where a side would get less, or nobody can say.
    """
    campaign = lock_campaign(referral.campaign) if referral.campaign is not None else None
    referral = locked(referral)
    if campaign is None or not campaign.is_active or not referral.is_open:
        raise Refused(
            _("Only what is open in a live campaign can get its newest terms."),
            code="not_open",
            then=_("What was deserved all the same can be given by hand, as a bonus."),
        )
    terms = campaign.terms
    if referral.terms_id == terms.pk:
        return False
    if kept := _judged(campaign, terms, [referral], now=now).kept:
        against = kept[0][1]
        raise Refused(" ".join(str(why.label) for why in against), code=against[0].value)
    _upgrade(referral, terms, actor=actor, now=now)
    _tell(campaign, terms, [referral], actor=actor, now=now)
    return True


def _upgrade(referral: Referral, terms: Terms, *, actor: str, now: datetime) -> None:
    """Give one recommendation (locked, nothing against it) other terms, and what they make due.

    Whoever settles it at the same moment holds the same lock; what a worker gives meanwhile stays as it was.
    """
    assert referral.terms is not None
    was, basis, new = referral.terms.version, first_money(referral), offer_of(terms)
    held = _held(referral)
    terms.business = referral.business
    referral.terms, referral.wording = terms, wording_of(terms, now=now)
    if not terms.qualification_days or referral.deadline_at is None:
        referral.deadline_at = None
    else:
        end = last_moment(referral.business, referral.registered_at, terms.qualification_days)
        referral.deadline_at = max(referral.deadline_at, end)
    referral.save(update_fields=["terms", "wording", "deadline_at"])
    told = events.ReferralTermsUpgraded(
        referral=referral.pk, ambassador=referral.ambassador_id, from_version=was, version=terms.version
    )
    record(referral.business, told, client=referral.friend_id, actor=actor, now=now)
    steps = {step.milestone: step for step in new.all_steps}
    for reward in held:
        step = steps.get(reward.milestone)
        given = step and (step.friend_reward if reward.side == Reward.Side.FRIEND else step.ambassador_reward)
        if step is None or not given:
            continue
        last = due_by(referral, terms, step, since=referral.registered_at)
        if last is not None and reward.due_by is not None:
            last = max(last, reward.due_by)
        carries = carried(terms, Reward.Side(reward.side), hold_days=step.hold_days)
        rewards.raise_promise(reward, params=given, basis=basis, due_by=last, **carries, actor=actor, now=now)
    there = {(reward.milestone, reward.side) for reward in held}
    promise_all(referral, terms, since=referral.registered_at, but=there, actor=actor, now=now)
    settle(referral, actor=actor, now=now)


def _tell(campaign: Campaign, terms: Terms, upgraded: list[Referral], *, actor: str, now: datetime) -> None:
    """Record it once for each ambassador, however many friends it is about: a rule writes to them."""
    for ambassador, number in Counter(referral.ambassador_id for referral in upgraded).items():
        told = events.CampaignOfferRaised(campaign=campaign.pk, version=terms.version, referrals=number)
        record(campaign.business, told, client=ambassador, actor=actor, now=now)


def _judged(campaign: Campaign, terms: Terms, rows: list[Referral], *, now: datetime) -> Upgrade:
    held = rewards_of(campaign.business, "referral", [referral.pk for referral in rows])
    offer, found = offer_of(terms), Upgrade(terms, [], [])
    for referral in rows:
        mine = held.get(referral.pk, [])
        if is_overdue(referral, mine, now=now):
            against = [Why.OVERDUE]
        elif referral.returned_from is not None:
            against = [Why.RETURNED]
        else:
            assert referral.terms is not None
            against = objections(offer_of(referral.terms), offer, {(one.milestone, one.side): one for one in mine})
        if against:
            found.kept.append((referral, against))
        else:
            found.upgraded.append(referral)
    return found


def _held(referral: Referral) -> list[Reward]:
    return rewards_of(referral.business, "referral", [referral.pk]).get(referral.pk, [])


def _open_by_older_terms(campaign: Campaign) -> QuerySet[Referral]:
    older = open_by_older_terms(campaign)
    return older.select_related("business", "friend", "ambassador", "terms").order_by("pk")
