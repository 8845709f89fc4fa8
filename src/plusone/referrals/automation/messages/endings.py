"""What ambassadors are written when a campaign ends (Q-06)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.automation.words import PromisedReward

from .greeting import hello


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
            hello(),
            _(
                "The recommendation campaign of {business} has ended. What was promised for {friend} still "
                "counts for %(days)s days."
            )
            % {"days": days},
            _("Everything you have already received stays yours."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}refer/"


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
            hello(),
            _("The recommendation campaign of {business} has ended, and with it your recommendation of {friend}."),
            _("Everything you have already received stays yours."),
        ]


@templates
class NotAccepted(Template):
    """Tells an ambassador kindly that recommendations do not count: one mail for one decision (UX 16)."""

    name = "referral.rejected"
    label = gettext_lazy("A recommendation was not accepted, to ambassadors")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("About your recommendation")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, what stays, and whom to ask."""
        return [
            hello(),
            _("{business} has looked at a recommendation of yours and did not accept it. Your page shows which."),
            _("Everything you have already received stays yours."),
            _("If you think this is wrong, write to us."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}refer/"


@templates
class NotConverted(Template):
    """Tells an ambassador that the time of a recommendation was over (CASES 39)."""

    name = "referral.not_converted"
    label = gettext_lazy("The time of a recommendation was over, to ambassadors")

    def subject(self, ctx: Context) -> str:
        """Say of whom."""
        return _("The time for {friend} was over")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, what stays, and whom to ask."""
        if PromisedReward().value(ctx):
            said = _(
                "Not all that your recommendation of {friend} needed had happened in time, so there is no reward for "
                "it. Thank you for recommending {business} all the same!"
            )
        else:
            said = _("{friend} has not become a client of {business} in time. Thank you for recommending us!")
        return [
            hello(),
            said,
            _("Everything you have already received stays yours."),
            _("If you think this is wrong, write to us."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}refer/"


@templates
class GiftLapsed(Template):
    """Tells a friend who is a client why a promised gift does not come (CASES 39)."""

    name = "reward.gift_lapsed"
    label = gettext_lazy("A friend's gift was not earned")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("About your gift from {business}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say why, and whom to ask."""
        return [
            hello(),
            "{why}",
            _("You are welcome at {business} all the same. If you think this is wrong, write to us."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Open your page"), "{portal}"
