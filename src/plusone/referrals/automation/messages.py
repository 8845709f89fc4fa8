"""The messages of the loop (R-103, R-105, R-249). Without rewards in the terms no money word appears (R-048)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates

from .words import Gift, LiveReward, PromisedReward


def _hello() -> str:
    return _("Hello {first_name|there},")


@templates
class ThankAmbassador(Template):
    """Thanks the ambassador as soon as the friend has registered (R-103)."""

    name = "referral.thanks"
    label = gettext_lazy("Thank-you to the ambassador")

    def subject(self, ctx: Context) -> str:
        """Say who came."""
        return _("{friend} has registered. Thank you!")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Thank, and say what comes next."""
        lines = [_hello(), _("{friend} has registered with {business} through you. Thank you for recommending us!")]
        if PromisedReward().value(ctx):
            lines.append(_("Once {friend} {action}, you receive {promised}. You can follow it on your page."))
        else:
            lines.append(_("You can follow on your page how it goes on."))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}"


@templates
class LeadNotice(Template):
    """Tells the owner at once that a lead has registered (R-025)."""

    name = "referral.notice"
    label = gettext_lazy("New lead, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say who came, and through whom."""
        return _("New lead: {friend}, recommended by {ambassador}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what to do now."""
        return [
            _hello(),
            _("{friend} has registered with {business}, recommended by {ambassador}."),
            _("Call or write soon: a lead who hears from you within a day is the most likely to become a client."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the leads."""
        return _("See the lead"), "{dashboard}"


@templates
class WelcomeLead(Template):
    """Welcomes the lead, with the gift where there is one."""

    name = "referral.welcome"
    label = gettext_lazy("Welcome to the lead")

    def subject(self, ctx: Context) -> str:
        """Welcome."""
        return _("Welcome to {business}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what is there for the friend."""
        lines = [_hello(), _("Thank you for registering with {business}. {ambassador} recommended us to you.")]
        if Gift().value(ctx):
            lines.append(_("Your welcome gift is ready: {gift}."))
        lines.append(_("We will be in touch. On your page you see our store and everything that is yours."))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal, where a code opens the door."""
        return _("Open your page"), "{portal}"


@templates
class YourTurn(Template):
    """Gives a friend who became a client their own link (R-105)."""

    name = "referral.your_turn"
    label = gettext_lazy("Your turn, to the new client")

    def subject(self, ctx: Context) -> str:
        """Say whose turn it is."""
        return _("Now it is your turn to invite friends")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Hand over the link."""
        lines = [_hello(), _("You are a client of {business} now. Good to have you!")]
        if LiveReward().value(ctx):
            lines.append(_("Do you know someone who would like it too? You receive {live_reward} for each friend."))
        else:
            lines.append(_("Do you know someone who would like it too? Share your own link with them."))
        lines.append(_("Your link: {link}"))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Share your link"), "{portal}"


class _AboutReward(Template):
    def button(self, ctx: Context) -> tuple[str, str]:
        return _("See your balance"), "{portal}"


@templates
class RewardGiven(_AboutReward):
    """Tells who receives a reward that it is there."""

    name = "reward.granted"
    label = gettext_lazy("A reward was given")

    def subject(self, ctx: Context) -> str:
        """Say what it is."""
        return _("You have received {reward}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say for whom."""
        return [
            _hello(),
            _("{friend} is a client of {business} now. Thank you! You have received {reward}."),
            _("You can use it in our store with your next order."),
        ]


@templates
class GiftGiven(_AboutReward):
    """Tells a friend that the gift is there."""

    name = "reward.gift"
    label = gettext_lazy("The friend's gift was given")

    def subject(self, ctx: Context) -> str:
        """Say what it is."""
        return _("Your gift from {business}: {reward}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say where to use it."""
        return [
            _hello(),
            _("Thank you for coming to {business}. You have received {reward}."),
            _("You can use it in our store with your next order."),
        ]


@templates
class RewardOnHold(_AboutReward):
    """Tells the ambassador that the verification period runs."""

    name = "reward.on_hold"
    label = gettext_lazy("A reward is being verified")

    def subject(self, ctx: Context) -> str:
        """Say what is coming."""
        return _("On its way: {reward}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what has to pass."""
        return [
            _hello(),
            _("{friend} is a client of {business} now. Thank you!"),
            _("{reward} is yours after a short verification period. Your page shows the day."),
        ]


@templates
class RewardTakenBack(_AboutReward):
    """Tells the ambassador that a reward was taken back, and why."""

    name = "reward.revoked"
    label = gettext_lazy("A reward was taken back")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward was taken back")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say why."""
        return [
            _hello(),
            _(
                "The purchase that made {friend} a client of {business} was refunded, so the reward for it was "
                "taken back."
            ),
            _("What you had already used stays yours. If you think this is wrong, write to us."),
        ]


@templates
class RewardDeclined(_AboutReward):
    """Tells the ambassador that the business declined a reward."""

    name = "reward.declined"
    label = gettext_lazy("A reward was declined")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward was not given")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say whom to ask."""
        return [
            _hello(),
            _("{business} has looked at the reward for recommending {friend} and declined it."),
            _("If you think this is wrong, write to us."),
        ]


@templates
class DecisionWanted(Template):
    """Asks the owner to decide about a reward."""

    name = "reward.review"
    label = gettext_lazy("A reward needs a decision, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say what is waiting."""
        return _("A reward waits for your decision")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say for whom."""
        return [
            _hello(),
            _(
                "The reward for {ambassador}, who recommended {friend}, waits for your decision. Nothing is "
                "given until then."
            ),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the dashboard."""
        return _("Decide"), "{dashboard}"


@templates
class DeadlineSet(Template):
    """Tells an ambassador that the campaign ended and until when an open recommendation counts (Q-06)."""

    name = "referral.deadline"
    label = gettext_lazy("The campaign ends, to ambassadors")

    def subject(self, ctx: Context) -> str:
        """Say that there is a last day."""
        return _("{friend} has some days left")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say how many days."""
        days = ctx.event.data["days"] if ctx.event else 0
        return [
            _hello(),
            _(
                "The recommendation campaign of {business} has ended. What was promised for {friend} still "
                "counts for %(days)s days."
            )
            % {"days": days},
            _("Everything you have already received stays yours."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}"


@templates
class Withdrawn(Template):
    """Tells an ambassador that an open recommendation ended with the campaign (Q-06)."""

    name = "referral.withdrawn"
    label = gettext_lazy("A recommendation ended, to ambassadors")

    def subject(self, ctx: Context) -> str:
        """Say what ended."""
        return _("The recommendation campaign has ended")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what stays."""
        return [
            _hello(),
            _("The recommendation campaign of {business} has ended, and with it your recommendation of {friend}."),
            _("Everything you have already received stays yours."),
        ]
