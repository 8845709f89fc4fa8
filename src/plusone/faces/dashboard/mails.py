"""What staff are told of a mail that they have just caused."""

from django.contrib import messages
from django.utils.translation import gettext as _

from plusone.faces.ui.http import Page
from plusone.kernel.identity import no_mail_reaches, takes_mail
from plusone.messaging.channels import channels


def tell_of_letters(request: Page, email: str) -> None:
    """Say that no mail reaches an address with letters beyond ASCII before the @, as soon as it is written."""
    if not takes_mail(email):
        messages.warning(request, f"{no_mail_reaches(email)} {_('Ask for another address.')}")


def tell_of_mail(request: Page, sent: str) -> None:
    """Say `sent`; where the business has no mail server to send by yet, that the mail waits for one."""
    if channels["email"]().is_ready(request.business):
        messages.success(request, sent)
    else:
        messages.warning(request, _("The mail is written and waits: no mail leaves from here yet."))
