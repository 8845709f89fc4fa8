"""What clients are told of a campaign: its announcement and reminders, in the words that the owner wrote (R-013)."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.models import Category
from plusone.messaging.texts import Context, OwnWords, templates


@templates
class CampaignNews(OwnWords):
    """Tells clients of a campaign. The words come with it."""

    name = "campaign.news"
    label = gettext_lazy("News of a campaign, to clients")
    category = Category.PROMOTIONAL
    useful_for = timedelta(days=14)

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to where the link is handed on."""
        return _("Invite friends"), "{portal}refer/"
