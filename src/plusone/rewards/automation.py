"""What rewards do by themselves: what was used of one that went is taken where it comes back. And what is written about
bonuses by hand (R-006), by rules that a business can switch off."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.kernel.money import format_money
from plusone.ledger.events import BalanceReleased, BalanceReversed
from plusone.ledger.queries import freed_by, given_back_by
from plusone.messaging.texts import Context, Template, templates
from plusone.rules.defaults import DefaultRule, default_rules
from plusone.rules.vocabulary import Step

from .commands import recover
from .events import BonusGiven, BonusRequested


@reaction(BalanceReleased)
def take_what_was_reserved(business: Business, event: Event, fact: BalanceReleased, now: datetime) -> None:
    """What an order had reserved of a reward that was taken back meanwhile was never spent."""
    came = freed_by(fact.hold, "reward", now=now)
    recover(came, event.client_id or 0, key=f"released:{fact.hold}", actor=event.actor, now=now)


@reaction(BalanceReversed)
def take_what_was_given_back(business: Business, event: Event, fact: BalanceReversed, now: datetime) -> None:
    """What a refund gives back of a reward that was taken back meanwhile is not spent any more."""
    came = given_back_by(fact.transfer, "reward")
    recover(came, event.client_id or 0, key=f"reversed:{fact.transfer}", actor=event.actor, now=now)


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
        return _("See your balance"), "{portal}balance/"


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
        """Lead to what waits."""
        return _("Decide"), "{dashboard}bonuses/"


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
