"""E-mail, through the server that EMAIL_URL names."""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.policy import EmailPolicy
from email.policy import default as default_policy
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.clients.preferences import unsubscribe_link
from plusone.kernel import faults
from plusone.kernel.models import User
from plusone.kernel.queue import Permanent
from plusone.messaging.models import Category, Message
from plusone.messaging.resting import Rest
from plusone.messaging.texts import one_line
from plusone.messaging.troubles import trouble_of

from . import Bounced, Channel, channels

rest = Rest()

log = logging.getLogger("plusone.messaging")


@channels
class Email(Channel):
    """Mail with a text and an HTML part, in the business's name."""

    name = "email"
    label = _("E-mail")

    def is_ready(self) -> bool:
        """Without a mail server nothing is sent, and nothing is lost: it waits in the outbox."""
        return "default" in mailers

    def address_of(self, reader: Client | User) -> str:
        """Return the address, if there is one."""
        return reader.email or ""

    def __init__(self) -> None:
        self._line: Any = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep one connection for all that is sent inside the block."""
        self._line = mailers["default"]
        try:
            yield
        finally:
            self._hang_up()
            self._line = None

    def _hang_up(self) -> None:
        try:
            self._line.close()
        except (OSError, smtplib.SMTPException) as error:
            log.info("The mail server had gone already: %s", type(error).__name__)

    def _send(self, message: Message) -> None:
        if self._line is None:
            mail_of(message).send()
            return
        try:
            self._line.open()
            self._line.send_messages([mail_of(message)])
        except Exception:
            self._hang_up()  # the next one begins with a new connection
            raise

    def deliver(self, message: Message) -> None:
        """Give it to the mail server."""
        if faults.hit("smtp"):
            return
        try:
            self._send(message)
        except Exception as error:
            trouble = trouble_of(error)
            if trouble.is_of_the_server:
                rest.begin()
            if trouble.kind == "mailbox":
                raise Bounced(str(error)) from error
            if trouble.final:
                raise Permanent(str(error)) from error
            raise
        rest.end()

    def rests(self) -> timedelta:
        """A server that took nobody's mail a moment ago is left alone."""
        return rest.left()


class _Policy(EmailPolicy):
    """Writes the address to unsubscribe at in one piece: folded or encoded, mail programs do not act on it."""

    def fold(self, name: str, value: str) -> str:
        """Return a header as text."""
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it is sent."""
        return self._whole(name, value).encode() or super().fold_binary(name, value)

    def _whole(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name == "List-Unsubscribe" else ""


class _Mail(EmailMultiAlternatives):
    """A mail whose headers are written by our policy."""

    metadata: dict[str, str]

    def message(self, *, policy: Any = default_policy) -> Any:
        """Return it as Python's own kind of message."""
        return super().message(policy=_Policy(linesep=policy.linesep))


def mail_of(message: Message) -> EmailMultiAlternatives:
    """The mail as it leaves: the same Message-ID at each attempt, so that a double can be told from a second mail."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    business = message.business
    answer_to = (business.reply_to or business.email) if business else ""
    headers = {
        "Message-ID": f"<{message.public_id}@{address.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    if message.category == Category.PROMOTIONAL and message.client:
        # One click in the mail program stops them, without a page (RFC 8058).
        headers["List-Unsubscribe"] = f"<{unsubscribe_link(message.client)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if settings.EMAIL_PROVIDER == "postmark":
        headers["X-PM-KeepID"] = "true"  # or it writes another Message-ID over ours
    mail = _Mail(
        subject=one_line(message.subject),
        body=message.text,
        from_email=formataddr((one_line(business.sender_name or business.name), address))
        if business
        else settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        reply_to=[answer_to] if answer_to else None,
        headers=headers,
    )
    # A provider hands it back when it reports what became of the mail; a mail server never sees it.
    mail.metadata = {"message": message.public_id}
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail
