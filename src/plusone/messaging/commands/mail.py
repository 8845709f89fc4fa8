"""What a business does about its mail: try it, and write again to an address that came back."""

from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.messaging.channels.email import mail_of, rest, rest_of
from plusone.messaging.lines import line_to
from plusone.messaging.models import Category, MailServer, Message, Suppression
from plusone.messaging.troubles import Trouble, trouble_of


def send_test_mail(business: Business, to: str, *, language: str, server: MailServer | None = None) -> Trouble | None:
    """Send a mail now, past the queue: by the installation's mail server, or by `server`, kept or not.

    Return what went wrong, or None.
    """
    message = Message(
        business=business,
        to=to,
        category=Category.ACCOUNT,
        language=language,
        subject=_("A test mail from %(business)s") % {"business": business.name},
        text=_(
            "This mail was sent to see that mails leave. If you read it in your inbox and not among spam, all is well."
        ),
    )
    try:
        if server is None:
            mail_of(message).send()
        else:
            line = line_to(server)
            line.hand_in(mail_of(message, server.sender))
            line.hang_up()
    except Exception as error:  # noqa: BLE001  # whatever it is, its reader is told in words
        return trouble_of(error)
    if server is None:
        rest.end()
    elif server.pk:
        rest_of(server).end()
    return None


def lift_suppression(suppression: Suppression) -> bool:
    """Write to an address again, because somebody has seen to it. Say whether it was still suppressed."""
    return bool(Suppression.objects.filter(pk=suppression.pk).delete()[0])
