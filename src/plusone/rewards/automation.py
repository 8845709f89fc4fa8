"""What is written about bonuses by hand (R-006), by rules that a business can switch off."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.money import format_money
from plusone.messaging.texts import Context, Template, templates
from plusone.rules.defaults import DefaultRule, default_rules
from plusone.rules.vocabulary import Step

from .events import BonusGiven, BonusRequested


def _amount(ctx: Context) -> str:
    assert ctx.business is not None
    return format_money(ctx.event.data["amount"] if ctx.event else 1000, ctx.business.currency)


@templates
class BonusThere(Template):
    """Tells a client of a bonus."""

    name = "bonus.given"
    label = gettext_lazy("A bonus was given")

    def subject(self, ctx: Context) -> str:
        """Say how much."""
        return _("A bonus for you: %(money)s") % {"money": _amount(ctx)}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say where it is."""
        return [
            _("Hello {first_name|there},"),
            _("{business} has added %(money)s to your balance. Thank you!") % {"money": _amount(ctx)},
            _("Your page says what it is for, and until when it can be used."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your balance"), "{portal}"


@templates
class BonusWaits(Template):
    """Tells the owner that a bonus needs a second person."""

    name = "bonus.requested"
    label = gettext_lazy("A bonus needs a second person, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say how much."""
        return _("A bonus of %(money)s waits for a second person") % {"money": _amount(ctx)}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say that nothing is given yet."""
        return [
            _("Hello {first_name|there},"),
            _("Somebody on your team wants to give a bonus of %(money)s, which is above your limit.")
            % {"money": _amount(ctx)},
            _("Nothing is given before somebody else has confirmed it."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the dashboard."""
        return _("Open your dashboard"), "{dashboard}"


@default_rules
class TellBonus(DefaultRule):
    """The client hears of each bonus."""

    name = "bonus.given"
    label = gettext_lazy("Tell the client about each bonus")
    when = BonusGiven
    actions = (Step("send_message", to="client", template="bonus.given"),)


@default_rules
class AskForSecond(DefaultRule):
    """The owner hears that a bonus waits."""

    name = "bonus.requested"
    label = gettext_lazy("Tell the owner that a bonus needs a second person")
    when = BonusRequested
    actions = (Step("send_message", to="owner", template="bonus.requested"),)
