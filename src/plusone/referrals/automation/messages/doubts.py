"""What the owner is written about doubt: a case that opened, a link that was paused, a client who asks for a look."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.clients.models import Client
from plusone.messaging.texts import Context, Template, templates
from plusone.referrals.models import Referral

from .greeting import hello


@templates
class CaseOpened(Template):
    """Tells the owner that something is unusual about a recommendation."""

    name = "doubt.opened"
    label = gettext_lazy("A recommendation needs a look, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say what is waiting."""
        return _("A recommendation needs your look")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say about whom, and that nothing happens by itself."""
        return [
            hello(),
            _("Something about {ambassador}'s recommendation of {friend} is unusual. The lead is kept; rewards wait."),
            _("You find what was noticed under Marketing, Referrals, Review, and decide there with one press."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the cases."""
        return _("Decide"), "{dashboard}review/"


@templates
class LinkPaused(Template):
    """Tells the owner that a crowd came by one link."""

    name = "doubt.paused"
    label = gettext_lazy("A link was paused, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say whose."""
        return _("{ambassador}'s link is paused: many people came at once")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what that means and how it goes on."""
        return [
            hello(),
            _(
                "More people than usual registered with {ambassador}'s link within an hour. It may stand on a coupon "
                "site or in an advertisement. All these leads are kept, their rewards wait, and the link registers "
                "nobody more."
            ),
            _("If it is right, approve it under Marketing, Referrals, Review: the link works again at once."),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the cases."""
        return _("Decide"), "{dashboard}review/"


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
        """Lead to the cases."""
        return _("Decide"), "{dashboard}review/"


@templates
class AppealMade(Template):
    """Tells the owner that a client asks for a look."""

    name = "referral.appealed"
    label = gettext_lazy("A client asks for a review, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say who asks."""
        return _("{ambassador} asks you to look again")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say about what, and what can be done."""
        return [
            hello(),
            _("{ambassador} recommended {friend}, and asks you to look at it, since nothing is given for it so far."),
            _(
                "If it still waits, decide under Marketing, Referrals, Review. If you rejected it and it was right, "
                "say again on the friend's page who recommended them."
            ),
        ]

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the recommendation."""
        return _("Have a look"), "{recommendation}"


@templates
class AskedBack(Template):
    """Tells the owner that a former client filled in a friend's invitation (Q-10)."""

    name = "client.asked_back"
    label = gettext_lazy("A former client would come back, to the owner")

    def subject(self, ctx: Context) -> str:
        """Say who."""
        return _("%(name)s would come back") % {"name": self._who(ctx)}

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what was done, and what to do."""
        said = {"name": self._who(ctx)}
        if self._counts(ctx):
            first = _(
                "%(name)s was a client of yours and filled in a friend's invitation. They left long enough ago to "
                "count in your campaign: the rewards are given once %(name)s is back and does what it asks for."
            )
        else:
            first = _(
                "%(name)s was a client of yours and filled in a friend's invitation. Nobody is rewarded for that, and "
                "no second client was made."
            )
        return [
            hello(),
            first % said,
            _("Bring %(name)s back by one press on their profile, and get in touch.") % said,
        ]  # fmt: skip

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to their profile."""
        return _("Open profile"), "{profile}"

    def _counts(self, ctx: Context) -> bool:
        key = ctx.event.client_id if ctx.event else None
        returns = Referral.objects.filter(business=ctx.business, friend=key or 0, returned_from__isnull=False)
        return bool(returns.exclude(state=Referral.State.CLOSED).exists())

    def _who(self, ctx: Context) -> str:
        key = ctx.event.client_id if ctx.event else None
        found = Client.objects.filter(business=ctx.business, pk=key or 0).first()
        return ctx.naming(found).replace("{", "(").replace("}", ")") if found else _("A former client")
