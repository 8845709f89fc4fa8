"""The rules of the loop that every business has from the start: who is written to, when (R-103, R-105, R-249)."""

from django.utils.translation import gettext_lazy as _

from plusone.referrals import events
from plusone.rewards import events as reward_events
from plusone.rules.defaults import DefaultRule, default_rules
from plusone.rules.vocabulary import Condition, Step

NOT_FLAGGED = Condition("event.flagged", "is", False)
NEW = Condition("event.returned", "is", False)
# Of a reward's fate only clients are written to: a lead's address is proved by nobody yet, and the page tells it too.
A_CLIENT = Condition("client.status", "is", "active")


def _send(template: str, *, to: str) -> tuple[Step, ...]:
    return (Step("send_message", to=to, template=template),)


@default_rules
class ThankOnRegistration(DefaultRule):
    """The ambassador is thanked when the friend registers."""

    name = "referral.thanks"
    label = _("Thank the ambassador when a friend registers")
    when = events.ReferralRegistered
    conditions = (NOT_FLAGGED,)
    actions = _send("referral.thanks", to="ambassador")


@default_rules
class TellOwner(DefaultRule):
    """The owner hears of each new lead; of a former client another message tells."""

    name = "referral.notice"
    label = _("Tell the owner about each new lead")
    when = events.ReferralRegistered
    conditions = (NEW,)
    actions = _send("referral.notice", to="owner")


@default_rules
class Welcome(DefaultRule):
    """The lead is welcomed. A doubtful registration is not written to: the address may be a stranger's."""

    name = "referral.welcome"
    label = _("Welcome the lead")
    when = events.ReferralRegistered
    conditions = (NOT_FLAGGED, Condition("client.status", "is", "lead"))
    actions = _send("referral.welcome", to="client")


@default_rules
class HandOverTheLink(DefaultRule):
    """A friend who became a client gets their own link while a campaign is live."""

    name = "referral.your_turn"
    label = _("Give new clients their own link")
    when = events.ReferralActivated
    conditions = (Condition("campaign.live", "is", True),)
    actions = _send("referral.your_turn", to="client")


@default_rules
class TellRaised(DefaultRule):
    """An ambassador hears once that open recommendations count by better terms (Q-07)."""

    name = "referral.raised"
    label = _("Tell ambassadors that their open recommendations count by better terms")
    when = events.CampaignOfferRaised
    actions = _send("referral.raised", to="client")


@default_rules
class TellReward(DefaultRule):
    """The ambassador hears of each reward."""

    name = "reward.granted"
    label = _("Tell the ambassador about each reward")
    when = reward_events.RewardGranted
    conditions = (Condition("event.side", "is", "ambassador"),)
    actions = _send("reward.granted", to="client")


@default_rules
class TellGift(DefaultRule):
    """A friend hears of a gift that came after registering; the welcome tells of one that came with it."""

    name = "reward.gift"
    label = _("Tell the friend about the gift")
    when = reward_events.RewardGranted
    conditions = (Condition("event.side", "is", "friend"), Condition("client.status", "is", "active"))
    actions = _send("reward.gift", to="client")


@default_rules
class AskForChoice(DefaultRule):
    """The ambassador hears that a reward can be chosen."""

    name = "reward.choose"
    label = _("Ask the ambassador to choose a reward")
    when = reward_events.RewardChoiceOffered
    actions = _send("reward.choose", to="client")


@default_rules
class RemindOfChoice(DefaultRule):
    """The ambassador hears once more, after two weeks; the reward stays open."""

    name = "reward.choose_reminder"
    label = _("Remind the ambassador to choose a reward")
    when = reward_events.RewardChoiceWaiting
    actions = _send("reward.choose_reminder", to="client")


@default_rules
class TellHold(DefaultRule):
    """Who will receive a reward hears that it is being verified."""

    name = "reward.on_hold"
    label = _("Tell clients that a reward is being verified")
    when = reward_events.RewardQualified
    conditions = (A_CLIENT,)
    actions = _send("reward.on_hold", to="client")


@default_rules
class TellRevoked(DefaultRule):
    """Who had a reward hears that it was taken back, and why."""

    name = "reward.revoked"
    label = _("Tell clients that a reward was taken back")
    when = reward_events.RewardRevoked
    conditions = (A_CLIENT,)
    actions = _send("reward.revoked", to="client")


@default_rules
class TellDeclined(DefaultRule):
    """Who would have received a reward hears that it was declined."""

    name = "reward.declined"
    label = _("Tell clients that a reward was declined")
    when = reward_events.RewardDeclined
    conditions = (A_CLIENT,)
    actions = _send("reward.declined", to="client")


@default_rules
class TellReduced(DefaultRule):
    """Who has a reward hears that it shrank with a refund."""

    name = "reward.reduced"
    label = _("Tell clients that a reward became smaller")
    when = reward_events.RewardReduced
    conditions = (A_CLIENT,)
    actions = _send("reward.reduced", to="client")


@default_rules
class TellCapped(DefaultRule):
    """Who earned a reward hears that a limit was reached before: nobody is left to wonder (R-116)."""

    name = "reward.capped"
    label = _("Tell clients that a reward was over the limit")
    when = reward_events.RewardCapped
    conditions = (A_CLIENT,)
    actions = _send("reward.capped", to="client")


@default_rules
class TellOverdue(DefaultRule):
    """The ambassador hears that the time of a recommendation was over (CASES 39)."""

    name = "referral.not_converted"
    label = _("Tell the ambassador when the time of a recommendation was over")
    when = events.ReferralNotConverted
    actions = _send("referral.not_converted", to="ambassador")


@default_rules
class TellGiftLapsed(DefaultRule):
    """A friend who is a client hears why a promised gift does not come; a lead reads it on their page (CASES 39)."""

    name = "reward.gift_lapsed"
    label = _("Tell the friend when a promised gift does not come")
    when = reward_events.RewardLapsed
    conditions = (Condition("event.side", "is", "friend"), A_CLIENT)
    actions = _send("reward.gift_lapsed", to="client")


@default_rules
class AskOwner(DefaultRule):
    """The owner hears that a reward needs a decision."""

    name = "reward.review"
    label = _("Ask the owner to decide about a reward")
    when = reward_events.RewardReviewRequested
    actions = _send("reward.review", to="owner")


@default_rules
class AskAboutDoubt(DefaultRule):
    """The owner hears of each case of doubt once, when it opens (FRA-8)."""

    name = "doubt.opened"
    label = _("Tell the owner that recommendations need a look")
    when = events.DoubtOpened
    conditions = (Condition("event.paused", "is", False),)
    actions = _send("doubt.opened", to="owner")


@default_rules
class TellPaused(DefaultRule):
    """The owner hears at once that a crowd came by one link, and that it rests."""

    name = "doubt.paused"
    label = _("Tell the owner that a link was paused")
    when = events.AmbassadorPaused
    actions = _send("doubt.paused", to="owner")


@default_rules
class TellBudget(DefaultRule):
    """The owner hears once that most of a budget is used, and once that all of it is (MON-7)."""

    name = "budget.reached"
    label = _("Tell the owner when a campaign's budget is being used up")
    when = reward_events.BudgetReached
    actions = _send("budget.reached", to="owner")


@default_rules
class TellMany(DefaultRule):
    """The owner hears once a month of an ambassador with unusually many rewards (PEERS b6)."""

    name = "reward.many"
    label = _("Tell the owner when a client receives many rewards in a month")
    when = reward_events.ManyRewards
    actions = _send("reward.many", to="owner")


@default_rules
class TellAskedBack(DefaultRule):
    """The owner hears that a former client would come back (Q-10)."""

    name = "client.asked_back"
    label = _("Tell the owner that a former client would come back")
    when = events.ClientAskedBack
    actions = _send("client.asked_back", to="owner")


@default_rules
class TellAppeal(DefaultRule):
    """The owner hears that a client asks for a look."""

    name = "referral.appealed"
    label = _("Tell the owner that a client asks for a review")
    when = events.ReferralAppealed
    actions = _send("referral.appealed", to="owner")


@default_rules
class TellDeadline(DefaultRule):
    """Ambassadors hear until when an open recommendation counts after the campaign's end."""

    name = "referral.deadline"
    label = _("Tell ambassadors until when an open recommendation counts")
    when = events.ReferralDeadlineSet
    actions = _send("referral.deadline", to="ambassador")


@default_rules
class TellWithdrawn(DefaultRule):
    """Ambassadors hear that an open recommendation ended."""

    name = "referral.withdrawn"
    label = _("Tell ambassadors that an open recommendation ended")
    when = events.ReferralWithdrawn
    actions = _send("referral.withdrawn", to="ambassador")
