"""What rules may ask and whom they may write to, in the words of the loop; and what fills the gaps of its messages."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.ledger.queries import paid_off_by
from plusone.messaging.texts import Context, Placeholder, placeholders
from plusone.referrals.budgets import as_it_stands
from plusone.referrals.capped import made_less
from plusone.referrals.gifts import gifts_of
from plusone.referrals.models import Referral
from plusone.referrals.offers import offer_of
from plusone.referrals.queries import default_campaign, default_terms, link_of, newest_terms, referral_of
from plusone.referrals.reasons import tell_reward
from plusone.referrals.sentences import action_phrase, clocks_in_words, headlines, reward_phrase
from plusone.rewards.models import Reward
from plusone.rewards.queries import phrase_of
from plusone.rewards.types import types
from plusone.rules.vocabulary import Field, Moment, Person, Who, fields, whos


def referral_at(business: Business, event: Event) -> Referral | None:
    """Return the referral that an event tells of: named by the fact, earned by a reward, or of its client."""
    found = Referral.objects.filter(business=business).select_related(
        "business", "ambassador", "friend", "terms", "campaign"
    )
    data: dict[str, Any] = event.data
    if "referral" in data:
        return found.filter(pk=data["referral"]).first()
    if "reward" in data:
        reward = Reward.objects.filter(business=business, pk=data["reward"], source_kind="referral").first()
        return found.filter(pk=reward.source_id).first() if reward else None
    client = Client.objects.filter(business=business, pk=event.client_id or 0).first()
    return referral_of(client) if client else None


@whos
class Ambassador(Who):
    """Who recommended the client that it is about."""

    name = "ambassador"
    label = _("The ambassador")

    def people(self, moment: Moment) -> list[Person]:
        """Return the ambassador, or nobody."""
        referral = referral_at(moment.business, moment.event)
        return [Person(client=referral.ambassador_id)] if referral else []


@fields
class CampaignLive(Field):
    """Whether a campaign is live, so that links work."""

    name, label, kind = "campaign.live", _("A campaign is live"), "bool"

    def value(self, moment: Moment) -> bool:
        """Ask it now."""
        return default_campaign(moment.business) is not None


@fields
class ClientStatus(Field):
    """Where the client stands: lead, active, archived."""

    name, label, kind = "client.status", _("Status of the client"), "str"

    def value(self, moment: Moment) -> str:
        """Ask it now."""
        status = Client.objects.filter(business=moment.business, pk=moment.event.client_id or 0).values_list(
            "status", flat=True
        )
        return str(status.first() or "")


def _referral(ctx: Context) -> Referral | None:
    """Return what the message tells of, looked up once for all gaps that ask."""
    if "referral" not in ctx.rows:
        ctx.rows["referral"] = referral_at(ctx.business, ctx.event) if ctx.business and ctx.event else None
    found: Referral | None = ctx.rows["referral"]
    return found


@placeholders
class FriendName(Placeholder):
    """The friend it is about: first name and initial."""

    name = "friend"
    label = _("The friend's name")

    def value(self, ctx: Context) -> str | None:
        """Return it, where there is a friend."""
        referral = _referral(ctx)
        return ctx.naming(referral.friend) if referral else None


@placeholders
class AmbassadorName(Placeholder):
    """Who recommended: first name and initial."""

    name = "ambassador"
    label = _("The ambassador's name")

    def value(self, ctx: Context) -> str | None:
        """Return it, where somebody recommended."""
        referral = _referral(ctx)
        return ctx.naming(referral.ambassador) if referral else None


def came_before(ctx: Context) -> bool:
    """Say whether the friend that a message tells of did not become a client by what it tells, but is one for some time
    already, or no client yet."""
    referral = _referral(ctx)
    if referral is None:
        return False
    return referral.activated_at is None or (ctx.event is not None and referral.activated_at < ctx.event.at)


def _reward(ctx: Context) -> Reward | None:
    if ctx.event is None or "reward" not in ctx.event.data:
        return None
    found = Reward.objects.filter(business=ctx.business, pk=ctx.event.data["reward"])
    return found.select_related("business", "client").first()


def is_gift(ctx: Context) -> bool:
    """Say whether the reward that the event tells of is the friend's."""
    return ctx.event is not None and ctx.event.data.get("side") == Reward.Side.FRIEND


def is_money(ctx: Context) -> bool:
    """Say whether the reward that the event tells of is balance."""
    reward = _reward(ctx)
    return reward is None or reward.kind == "balance"


def is_further(ctx: Context) -> bool:
    """Say whether the reward that the event tells of is for a further step of the offer."""
    reward = _reward(ctx)
    return reward is not None and reward.step > 1


@placeholders
class RewardPhrase(Placeholder):
    """The reward that the event tells of: "€15.00 of balance"."""

    name = "reward"
    label = _("The reward")

    def value(self, ctx: Context) -> str | None:
        """Return it, where the event is about one."""
        reward = _reward(ctx)
        return phrase_of(reward) if reward else None


@placeholders
class Why(Placeholder):
    """Why the reward that the event tells of stands where it does, in the words of every other page (R-116)."""

    name = "why"
    label = _("Why a reward stands where it does")

    def value(self, ctx: Context) -> str | None:
        """Return the sentence for the client, with its day where it is about one."""
        reward = _reward(ctx)
        return tell_reward(reward, to="client", now=ctx.now).sentence if reward else None


@placeholders
class WhatNext(Placeholder):
    """What the reader of a reward's reason can do about it."""

    name = "next"
    label = _("What a client can do about a reward")

    def value(self, ctx: Context) -> str | None:
        """Return the sentence for the client."""
        reward = _reward(ctx)
        return tell_reward(reward, to="client", now=ctx.now).next if reward else None


@placeholders
class HowToUse(Placeholder):
    """How the reward that the event tells of is used: "You can use it in our store with your next order."."""

    name = "use"
    label = _("How the reward is used")

    def value(self, ctx: Context) -> str | None:
        """Return the sentence of its kind, where the event is about a reward."""
        reward = _reward(ctx)
        if reward is None:
            return None
        use = f"{made_less(reward)} {types[reward.kind]().use(reward.business, reward.params)}".strip()
        paid = paid_off_by(reward.business, ("reward", reward.pk))
        if not paid:
            return use
        owed = gettext("%(amount)s of it paid what you owed.") % {
            "amount": format_money(paid, reward.business.currency)
        }
        return owed if paid == reward.amount else f"{owed} {use}"


@placeholders
class Gift(Placeholder):
    """The friend's welcome gift under the terms of the referral."""

    name = "gift"
    label = _("The friend's gift")

    def value(self, ctx: Context) -> str | None:
        """Return it, where the terms have one that is given on registering."""
        referral = _referral(ctx)
        if referral is None or referral.terms is None or referral.terms.friend_reward_on != "registered":
            return None
        gift = referral.terms.friend_reward
        return reward_phrase(referral.business, gift) if gift else None


@placeholders
class Welcome(Placeholder):
    """Where the friend's welcome gift stands, and what comes next: for the friend alone."""

    name = "welcome"
    label = _("Where the friend's gift stands")

    def value(self, ctx: Context) -> str | None:
        """Return it in two sentences, where the reader is a friend with a gift."""
        gifts = gifts_of(ctx.client, now=ctx.now) if ctx.client and ctx.client.is_lead else []
        return f"{gifts[0].sentence} {gifts[0].next}".strip() if gifts else None


@placeholders
class SmallPrint(Placeholder):
    """What has to pass before the promised reward can be used, and its limits, under the terms of the referral."""

    name = "small_print"
    label = _("Time, verification and limits of the promised reward")

    def value(self, ctx: Context) -> str | None:
        """Return it, where there is any."""
        referral = _referral(ctx)
        if referral is None or referral.terms is None or not as_it_stands(referral.terms).ambassador_reward:
            return None
        return " ".join(clocks_in_words(referral.business, offer_of(referral.terms))) or None


@placeholders
class PromisedReward(Placeholder):
    """What the ambassador is promised under the terms of the referral."""

    name = "promised"
    label = _("The promised reward")

    def value(self, ctx: Context) -> str | None:
        """Return it, where the terms have one."""
        referral = _referral(ctx)
        promised = as_it_stands(referral.terms).ambassador_reward if referral and referral.terms else None
        return reward_phrase(referral.business, promised) if referral and promised else None


@placeholders
class Action(Placeholder):
    """What the friend has to do, after "once the friend"."""

    name = "action"
    label = _("What the friend has to do")

    def value(self, ctx: Context) -> str | None:
        """Return it, where there are terms."""
        referral = _referral(ctx)
        return action_phrase(referral.business, offer_of(referral.terms)) if referral and referral.terms else None


@placeholders
class LiveReward(Placeholder):
    """What the live campaign gives to who recommends."""

    name = "live_reward"
    label = _("The reward of the live campaign")

    def value(self, ctx: Context) -> str | None:
        """Return it, where a campaign with one is live."""
        campaign = default_campaign(ctx.business) if ctx.business else None
        promised = as_it_stands(campaign.terms).ambassador_reward if campaign else None
        return reward_phrase(campaign.business, promised) if campaign and promised else None


@placeholders
class OfferInWords(Placeholder):
    """What the live campaign gives to both sides, a sentence for each side and step."""

    name = "offer"
    label = _("What both receive")

    def value(self, ctx: Context) -> str | None:
        """Return it, where a campaign is live or being set up."""
        if ctx.business is None:
            return None
        terms = default_terms(ctx.business) or newest_terms(ctx.business)
        return " ".join(headlines(ctx.business, offer_of(terms))) if terms else None


@placeholders
class Profile(Placeholder):
    """The address of the staff's page of the client that it is about."""

    name = "profile"
    label = _("Link to the client's profile, for staff")
    is_link = True

    def value(self, ctx: Context) -> str | None:
        """Return it; that of all clients where it is about nobody."""
        if ctx.business is None:
            return None
        key = ctx.event.client_id if ctx.event else None
        ids = Client.objects.filter(business=ctx.business, pk=key or 0).values_list("public_id", flat=True)
        where = f"{settings.BASE_URL}/b/{ctx.business.slug}/clients/"
        return f"{where}{ids[0]}/" if ids else where


@placeholders
class Recommendation(Placeholder):
    """The address of the staff's page of the recommendation that it is about."""

    name = "recommendation"
    label = _("Link to the recommendation, for staff")
    is_link = True

    def value(self, ctx: Context) -> str | None:
        """Return it; that of what is to review where it is about none."""
        if ctx.business is None:
            return None
        referral, where = _referral(ctx), f"{settings.BASE_URL}/b/{ctx.business.slug}/"
        return f"{where}referrals/{referral.public_id}/" if referral else f"{where}review/"


@placeholders
class Link(Placeholder):
    """The reader's own referral link."""

    name = "link"
    label = _("The reader's own link")
    is_link = True

    def value(self, ctx: Context) -> str | None:
        """Return it, where the reader is a client."""
        return link_of(ctx.client) if ctx.client else None
