"""What people read who fill in an invitation though the business knows them (CASES 24, 28)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plusone.messaging.texts import Context, Template, templates


class Answered(Template):
    """What these mails share: they go to the address the business has, and lead to the reader's own pages."""

    answers_reader = True

    def button(self, ctx: Context) -> tuple[str, str]:
        """Lead to the portal."""
        return _("Open my account"), "{portal}"

    def _not_me(self) -> str:
        return _("It was not you? Then you need do nothing; nothing was changed.")


@templates
class KnownAlready(Answered):
    """Tells a client who filled in an invitation that there is nothing to register."""

    name = "invitation.client"
    label = gettext_lazy("You are a client already")

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("You are a client of {business} already")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, and what to do instead."""
        return [
            _("Hello {first_name|there},"),
            _("An invitation of {business} was filled in with your details. You are a client already."),
            _("Invitations are for people who are new, so nothing was registered and no gift was given."),
            _("Log in with this e-mail address: your account is there, and your own link to invite friends."),
            self._not_me(),
        ]


@templates
class WelcomeBack(Answered):
    """Tells a former client who filled in an invitation that they are welcome, and need not be new (CASES 28)."""

    name = "invitation.returning"
    label = gettext_lazy("You are welcome back")

    def subject(self, ctx: Context) -> str:
        """Say it at once."""
        return _("Welcome back to {business}?")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what was not done, and how to come back."""
        return [
            _("Hello {first_name|there},"),
            _("An invitation of {business} was filled in with your details. You were a client before."),
            _("Invitations are for people who are new, so no gift was given. The team has been told, and opens your "
              "account again for you; what you had there is still yours."),
            self._not_me(),
        ]  # fmt: skip


@templates
class ReturnCounts(WelcomeBack):
    """Tells a former client that the invitation counts for them, since they left long enough ago (Q-10)."""

    name = "invitation.return_counts"
    label = gettext_lazy("You are welcome back, and the invitation counts")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what they receive, and how to come back."""
        lines = [
            _("Hello {first_name|there},"),
            _("An invitation of {business} was filled in with your details. You were a client before, and it counts "
              "for you all the same."),
        ]  # fmt: skip
        if "gift" in ctx.data:
            lines.append("{gift}")
        lines.append(_("The team has been told, and opens your account again for you; what you had there is yours."))
        return [*lines, self._not_me()]


@templates
class RegisteredAlready(Answered):
    """Tells a lead who filled in a second invitation that the first one counts."""

    name = "invitation.lead"
    label = gettext_lazy("You are registered already")

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("You are registered at {business} already")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, and what to do instead."""
        return [
            _("Hello {first_name|there},"),
            _("An invitation of {business} was filled in with your details. You had registered before."),
            _("The first invitation counts, so nothing was changed. Log in with this e-mail address to go on."),
            self._not_me(),
        ]


@templates
class OwnLink(Answered):
    """Tells an ambassador who filled in their own invitation that it is for friends."""

    name = "invitation.own"
    label = gettext_lazy("This is your own link")

    def subject(self, ctx: Context) -> str:
        """Say it at once."""
        return _("This is your own link")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, and what to do instead."""
        return [
            _("Hello {first_name|there},"),
            _("Your own invitation of {business} was filled in with your details. It is for friends who are new."),
            _("Nothing was registered. Share your link with a friend, and you both see it here."),
            self._not_me(),
        ]


@templates
class SignedUpAlready(Answered):
    """Tells somebody who filled in the shared sign-up page that the business knows them."""

    name = "signup.known"
    label = gettext_lazy("You have an account already")

    def subject(self, ctx: Context) -> str:
        """Name the business."""
        return _("You have an account at {business} already")

    def paragraphs(self, ctx: Context) -> list[str]:
        """Say what it means, and what to do instead."""
        return [
            _("Hello {first_name|there},"),
            _("The sign-up page of {business} was filled in with your details. They know you already."),
            _("Nothing was changed. Log in with this e-mail address, no password needed."),
            self._not_me(),
        ]
