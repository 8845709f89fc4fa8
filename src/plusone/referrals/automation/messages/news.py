"""What clients are told of a campaign: its announcement and reminders, in the words that the owner wrote (R-013)."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.models import Category
from plusone.messaging.texts import Context, Template, templates


@templates
class CampaignNews(Template):
    """Tells clients of a campaign. The words come with it."""

    name = "campaign.news"
    label = gettext_lazy("News of a campaign, to clients")
    category = Category.PROMOTIONAL
    useful_for = timedelta(days=14)

    def subject(self, ctx: Context) -> str:
        """Return the owner's."""
        return str(ctx.data["subject"])

    def paragraphs(self, ctx: Context) -> list[str]:
        """Return the owner's: an empty line begins a new one."""
        return [" ".join(part.split("\n")) for part in str(ctx.data["text"]).split("\n\n") if part.strip()]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to where the link is handed on."""
        return _("Invite friends"), "{portal}refer/"
