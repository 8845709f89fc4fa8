"""What is written about rewards (R-249)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.automation.words import came_before, is_further, is_gift, is_money

from .greeting import hello


class _AboutReward(Template):
    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the balance, where the reward is some."""
        if is_money(ctx):
            return _("See your balance"), "{portal}balance/"
        return _("Open your page"), "{portal}"


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
        elif came_before(ctx):
            said = _("{friend} has done all that was asked. Thank you! You have received {reward}.")
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
class RewardToChoose(Template):
    """Tells the ambassador that a reward can be chosen (R-104)."""

    name = "reward.choose"
    label = gettext_lazy("A reward can be chosen")

    def subject(self, ctx: Context) -> str:
        """Say what to do."""
        return _("Choose your reward from {business}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say for whom, among what, and how long."""
        return [
            hello(),
            _("Thank you for recommending {friend}! You have earned {reward}."),
            _("Choose on your page which one you would like. It stays open until you have chosen."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Choose"), "{portal}"


@templates
class ChoiceWaits(RewardToChoose):
    """Reminds the ambassador of it once, after two weeks."""

    name = "reward.choose_reminder"
    label = gettext_lazy("A reward still waits to be chosen")

    def subject(self, ctx: Context) -> str:
        """Say that it is still there."""
        return _("Your reward from {business} still waits for you")


@templates
class RewardOnHold(_AboutReward):
    """Tells who will receive a reward that its verification period runs, and until when."""

    name = "reward.on_hold"
    label = gettext_lazy("A reward is being verified")

    def subject(self, ctx: Context) -> str:
        """Say what is coming."""
        return _("On its way: {reward}")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what has to pass, and from which day on it is there."""
        if is_gift(ctx):
            return [hello(), _("Thank you for coming to {business}."), "{why}"]
        came = (
            _("{friend} has come further with {business}. Thank you!")
            if is_further(ctx)
            else _("{friend} has done all that was asked. Thank you!")
            if came_before(ctx)
            else _("{friend} is a client of {business} now. Thank you!")
        )
        return [hello(), came, "{why}"]


@templates
class RewardTakenBack(_AboutReward):
    """Tells who had a reward that it was taken back, and why."""

    name = "reward.revoked"
    label = gettext_lazy("A reward was taken back")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward was taken back")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say why."""
        return [hello(), "{why}", "{next}"]


@templates
class RewardSmaller(_AboutReward):
    """Tells who has a reward that it shrank with a refund."""

    name = "reward.reduced"
    label = gettext_lazy("A reward became smaller")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward became smaller")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say why, and what is left."""
        return [
            hello(),
            _(
                "Your reward is a share of a purchase, and part of that purchase was refunded. What is left of your "
                "reward: {reward}."
            ),
            "{why}",
        ]


@templates
class RewardOverLimit(_AboutReward):
    """Tells who earned a reward that a limit of the campaign was reached before."""

    name = "reward.capped"
    label = gettext_lazy("A reward was over the limit")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward was not given")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Thank all the same, and say which limit it was."""
        if is_gift(ctx):
            return [hello(), _("Thank you for coming to {business}."), "{why}", "{next}"]
        return [hello(), _("Thank you for recommending {friend}!"), "{why}", "{next}"]


@templates
class RewardDeclined(_AboutReward):
    """Tells who would have received a reward that the business declined it."""

    name = "reward.declined"
    label = gettext_lazy("A reward was declined")

    def subject(self, ctx: Context) -> str:
        """Say what."""
        return _("A reward was not given")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say why, and whom to ask."""
        return [hello(), "{why}", "{next}"]


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
        if is_gift(ctx):
            waits = _(
                "The gift for {friend}, who was recommended by {ambassador}, waits for your decision. Nothing is "
                "given until then."
            )
        else:
            waits = _(
                "The reward for {ambassador}, who recommended {friend}, waits for your decision. Nothing is "
                "given until then."
            )
        return [hello(), waits]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to what is to decide."""
        return _("Decide"), "{dashboard}rewards/"
