"""What is written when a friend registers and becomes a client (R-103, R-105); without rewards no money (R-048)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.automation.words import LiveReward, PromisedReward, SmallPrint, Welcome

from .greeting import hello


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
        lines = [hello(), _("{friend} has registered with {business} through you. Thank you for recommending us!")]
        if PromisedReward().value(ctx):
            lines.append(_("Once {friend} {action}, you receive {promised}. You can follow it on your page."))
            if SmallPrint().value(ctx):
                lines.append("{small_print}")
        else:
            lines.append(_("You can follow on your page how it goes on."))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the friends."""
        return _("See your recommendations"), "{portal}refer/"


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
            hello(),
            _("{friend} has registered with {business}, recommended by {ambassador}."),
            _("Call or write soon: a lead who hears from you within a day is the most likely to become a client."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the lead."""
        return _("See the lead"), "{profile}"


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
        lines = [hello(), _("Thank you for registering with {business}. {ambassador} recommended us to you.")]
        if Welcome().value(ctx):
            lines.append("{welcome}")
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
        lines = [hello(), _("You are a client of {business} now. Good to have you!")]
        if LiveReward().value(ctx):
            lines.append(_("Do you know someone who would like it too? You receive {live_reward} for each friend."))
        else:
            lines.append(_("Do you know someone who would like it too? Share your own link with them."))
        lines.append(_("Your link: {link}"))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the link."""
        return _("Share your link"), "{portal}refer/"
