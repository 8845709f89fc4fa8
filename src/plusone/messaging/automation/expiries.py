"""What a client is written before balance expires (CASES 71)."""

from datetime import date
from typing import Any

from babel.dates import format_date
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from plusone.kernel.money import format_money
from plusone.ledger.events import BalanceExpiring
from plusone.messaging.texts import Context, Template, templates
from plusone.rules.defaults import DefaultRule, default_rules
from plusone.rules.vocabulary import Step


@templates
class ExpiringSoon(Template):
    """Tells a client how much balance must be used before which day."""

    name = "balance.expiring"
    label = gettext_lazy("Balance will expire soon")

    def subject(self, ctx: Context) -> str:
        """Say how much, and how many days are left."""
        amount, days, _day = _told(ctx)
        one_or_more = ngettext(
            "%(amount)s of your balance expires in %(days)s day",
            "%(amount)s of your balance expires in %(days)s days",
            days,
        )
        return one_or_more % {"amount": amount, "days": days}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say how much, before which day, and where."""
        amount, _days, day = _told(ctx)
        return [
            _("Hello {first_name|there},"),
            _("%(amount)s of your balance at {business} will expire. Use it before %(day)s.")
            % {"amount": amount, "day": day},
            _("Your page shows what expires when."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your balance"), "{portal}balance/"


@default_rules
class TellOfExpiry(DefaultRule):
    """The client hears 30 and 7 days before balance expires."""

    name = "balance.expiring"
    label = gettext_lazy("Tell clients 30 and 7 days before their balance expires")
    when = BalanceExpiring
    actions = (Step("send_message", to="client", template="balance.expiring"),)


def _told(ctx: Context) -> tuple[str, int, str]:
    """Return amount, days left and day as the reader's language writes them."""
    assert ctx.business is not None
    assert ctx.event is not None
    data: dict[str, Any] = ctx.event.data
    locale = (get_language() or "en").replace("-", "_")
    day = format_date(date.fromisoformat(data["day"]), "long", locale=locale)
    return format_money(data["amount"], ctx.business.currency), data["days"], day
