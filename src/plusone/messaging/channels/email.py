"""E-mail, through a business's own server, or the one that EMAIL_URL names."""

import logging
import smtplib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
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
from plusone.kernel.models import Business, User
from plusone.kernel.queue import Later, Permanent
from plusone.messaging.lines import line_to
from plusone.messaging.models import Category, MailServer, Message
from plusone.messaging.resting import Rest, one_in_doubt, waits_for_doubt
from plusone.messaging.texts import one_line
from plusone.messaging.troubles import trouble_of

from . import Bounced, Channel, channels

rest = Rest()
_own: dict[int, tuple[datetime, Rest]] = {}

log = logging.getLogger("plusone.messaging")


def rest_of(server: MailServer | None) -> Rest:
    """Return the rest of a business's own server, or of the installation's. Changed settings begin anew."""
    if server is None:
        return rest
    changed_at, found = _own.get(server.pk, (None, None))
    if found is None or changed_at != server.changed_at:
        found = Rest(is_proven=False)
        _own[server.pk] = (server.changed_at, found)
    return found


@channels
class Email(Channel):
    """Mail with a text and an HTML part, in the business's name, by its own mail server if it has one (ADR 20)."""

    name = "email"
    label = _("E-mail")

    def __init__(self) -> None:
        self._line: Any = None
        self._keeps = False
        self._servers: dict[int, MailServer | None] = {}

    def is_ready(self, business: Business | None) -> bool:
        """Without a mail server nothing is sent, and nothing is lost: it waits in the outbox."""
        return "default" in mailers or self._server_of(business) is not None

    def ready_for(self) -> Iterable[int]:
        """Those with a server of their own."""
        return MailServer.objects.values_list("business_id", flat=True)

    def _server_of(self, business: Business | None) -> MailServer | None:
        if business is None:
            return None
        if business.pk not in self._servers:
            self._servers[business.pk] = MailServer.objects.filter(business=business).first()
        return self._servers[business.pk]

    def address_of(self, reader: Client | User) -> str:
        """Return the address, if there is one."""
        return reader.email or ""

    @contextmanager
    def together(self, business: Business | None) -> Iterator[None]:
        """Keep one connection for all that is sent inside the block."""
        self._keeps = True
        if self._server_of(business) is None:
            self._line = mailers["default"]
        try:
            yield
        finally:
            if self._line is not None:
                self._hang_up()
            self._line, self._keeps = None, False

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

    def _send_by(self, server: MailServer, message: Message) -> None:
        line = self._line or line_to(server)
        line.hand_in(mail_of(message, server.sender))
        if self._keeps:
            self._line = line
        else:
            line.hang_up()

    def deliver(self, message: Message) -> None:
        """Give it to the mail server."""
        if faults.hit("smtp"):
            return
        server = self._server_of(message.business)
        its_rest, begun = rest_of(server), time.monotonic()
        try:
            if server is None:
                self._send(message)
            else:
                with one_in_doubt(its_rest):
                    self._send_by(server, message)
        except Later:
            raise
        except Exception as error:
            trouble = trouble_of(error)
            if trouble.is_of_the_server:
                its_rest.begin()
            if trouble.kind == "mailbox":
                raise Bounced(str(error)) from error
            if trouble.final:
                raise Permanent(str(error)) from error
            raise
        its_rest.end(seconds=time.monotonic() - begun if server else 0.0)

    def rests(self, business: Business | None) -> timedelta:
        """A server that took nobody's mail a moment ago is left alone."""
        server = self._server_of(business)
        its_rest = rest_of(server)
        return its_rest.left() or (waits_for_doubt(its_rest) if server else timedelta(0))


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


def mail_of(message: Message, sender: str = "") -> EmailMultiAlternatives:
    """The mail as it leaves: the same Message-ID at each attempt, so that a double can be told from a second mail.

    `sender` is the address it comes from; without one it is the installation's.
    """
    address = sender or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
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
    if settings.EMAIL_PROVIDER == "postmark" and not sender:
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
