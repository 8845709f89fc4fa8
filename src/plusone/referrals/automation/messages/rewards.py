"""What is written about rewards (R-249)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.automation.words import is_further

from .greeting import hello


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
        if is_further(ctx):
            said = _("{friend} has come further with {business}. Thank you! You have received {reward}.")
        else:
            said = _("{friend} is a client of {business} now. Thank you! You have received {reward}.")
        return [hello(), said, "{use}"]


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
            hello(),
            _("Thank you for coming to {business}. You have received {reward}."),
            "{use}",
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
            hello(),
            _("{friend} has come further with {business}. Thank you!")
            if is_further(ctx)
            else _("{friend} is a client of {business} now. Thank you!"),
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
            hello(),
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
            hello(),
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
            hello(),
            _(
                "The reward for {ambassador}, who recommended {friend}, waits for your decision. Nothing is "
                "given until then."
            ),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the dashboard."""
        return _("Decide"), "{dashboard}"


@templates
class CaseWaits(Template):
    """Reminds the owner of recommendations that nobody has looked at for weeks (CASES 80)."""

    name = "doubt.reminder"
    label = gettext_lazy("Recommendations wait for a look, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say what is waiting."""
        return _("Recommendations wait for your decision")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say since when, and that nothing happens by itself."""
        return [
            hello(),
            _("Something unusual about recommendations has waited for your decision since %(day)s.")
            % {"day": ctx.data["since"]},
            _("Nothing is given and nothing is dropped until you have decided."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the dashboard."""
        return _("Decide"), "{dashboard}"
