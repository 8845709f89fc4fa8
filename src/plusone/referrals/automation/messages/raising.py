"""What ambassadors are written when the business makes its offer better for what is open (Q-07)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from plusone.messaging.texts import Context, Template, templates

from .greeting import hello


@templates
class OfferRaised(Template):
    """Tells an ambassador, once, that recommendations which are open count by better terms."""

    name = "referral.raised"
    label = gettext_lazy("A better offer for open recommendations, to ambassadors")

    def subject(self, ctx: Context) -> str:
        """Say what is new."""
        return _("{business} has made its offer better")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say for how many friends it counts; the page says what it is for each."""
        number = ctx.event.data["referrals"] if ctx.event else 2
        return [
            hello(),
            ngettext(
                "{business} has made its offer better, and it counts for the friend too whom you have recommended and "
                "who is still on the way.",
                "{business} has made its offer better, and it counts for the %(number)s friends too whom you have "
                "recommended and who are still on the way.",
                number,
            )
            % {"number": number},
            _("Your page shows what you receive for whom. You need do nothing."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("See your recommendations"), "{portal}refer/"
