"""What the connect room does by itself: kept answers end, and so do lines of imported files."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.kernel.queue.sweeps import sweep
from plusone.messaging.texts import Context, Template, templates

from . import commands


@sweep(every_seconds=600)
def prune_answers(now: datetime) -> int:
    """Delete answers after their seven days, which are days of the machine's clock (CONTRACT)."""
    return commands.prune_answers(timezone.now())


@sweep(every_seconds=600)
def forget_imports(now: datetime) -> int:
    """Forget the lines of imported files when they can no longer be undone."""
    return commands.forget_imports(now)


@templates
class TeamInvitationMail(Template):
    """Invites somebody to work in a business (R-221)."""

    name = "team.invitation"
    label = gettext_lazy("Invitation to the team")
    useful_for = timedelta(days=commands.INVITATION_DAYS)

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("{business} invites you to its team")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say who, as what, and that nothing happens by itself."""
        return [
            _("Hello {name},"),
            _("{business} uses Plusone for its clients and recommendations, and would like you to work there too."),
            _("Your role: {role}. You log in with this e-mail address; you need no password."),
            _("You do not know {business}? Then you need do nothing."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the page where they accept."""
        return _("See the invitation"), "{link}"
