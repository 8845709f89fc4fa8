"""What owners are written about budgets, and about ambassadors with unusually many rewards (MON-7, PEERS b6)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.kernel.money import format_money
from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.models import Campaign

from .greeting import hello


@templates
class BudgetRunsOut(Template):
    """Tells the owner that most or all of a campaign's budget is used."""

    name = "budget.reached"
    label = gettext_lazy("The budget of a campaign is being used up, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say how far it is."""
        if _data(ctx)["percent"] >= 100:
            return _("The budget of your campaign is used up")
        return _("%(percent)s%% of your campaign's budget is used") % {"percent": _data(ctx)["percent"]}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say how much of what, and what happens now."""
        assert ctx.business is not None
        data, currency = _data(ctx), ctx.business.currency
        key = str(data["scope"]).rpartition(":")[2]
        found = Campaign.objects.filter(business=ctx.business, pk=int(key) if key.isdecimal() else 0).first()
        said = {
            "name": (found.name if found else "").replace("{", "(").replace("}", ")"),
            "used": format_money(data["used"], currency),
            "budget": format_money(data["budget"], currency),
        }
        lines = [hello(), _("Rewards of “%(name)s” have used %(used)s of its budget of %(budget)s.") % said]
        if data["percent"] >= 100:
            lines.append(_("Nothing more is given under it. Raise the budget, or end the campaign, so that nobody "
                           "recommends for nothing."))  # fmt: skip
        else:
            lines.append(_("When it is used up nothing more is given. You can raise it at any time."))
        return lines

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the campaign."""
        return _("See the campaign"), "{dashboard}campaign/"


@templates
class ManyRewards(Template):
    """Tells the owner of an ambassador with many rewards in a month."""

    name = "reward.many"
    label = gettext_lazy("An ambassador received many rewards, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say how many."""
        return _("%(number)s rewards for one client this month") % {"number": _data(ctx)["number"]}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say who it is, and that nothing is held."""
        client = (
            Client.objects.filter(business=ctx.business, pk=ctx.event.client_id or 0).first() if ctx.event else None
        )
        said = {"name": ctx.naming(client) if client else "", "number": _data(ctx)["number"]}
        return [
            hello(),
            _("%(name)s has received %(number)s rewards this month: a true ambassador, or worth a look.") % said,
            _("Nothing is held because of it. A limit a month can be set in the campaign."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to their profile."""
        return _("Open profile"), "{profile}"


def _data(ctx: Context) -> dict[str, int]:
    """Return what the event tells; a preview has none, and shows examples."""
    return ctx.event.data if ctx.event else {"percent": 80, "used": 80_000, "budget": 100_000, "number": 10, "scope": 0}
