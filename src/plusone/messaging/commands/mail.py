"""What a business does about its mail: try it, and write again to an address that came back."""

from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.messaging.channels.email import mail_of, rest
from plusone.messaging.models import Category, Message, Suppression
from plusone.messaging.troubles import Trouble, trouble_of


def send_test_mail(business: Business, to: str, *, language: str) -> Trouble | None:
    """Send a mail now, past the queue, as the business's mails are sent. Return what went wrong, or None."""
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
        mail_of(message).send()
    except Exception as error:  # noqa: BLE001  # whatever it is, its reader is told in words
        return trouble_of(error)
    rest.end()
    return None


def lift_suppression(suppression: Suppression) -> bool:
    """Write to an address again, because somebody has seen to it. Say whether it was still suppressed."""
    return bool(Suppression.objects.filter(pk=suppression.pk).delete()[0])
