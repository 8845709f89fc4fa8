"""What went wrong with a mail server, said so that an owner knows what to do (TRUST DEL-2)."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .lines import Private, Unreadable

SENTENCES: dict[str, str | Promise] = {
    "password": _("The mail server does not accept the user name or the password."),
    "unknown_host": _("There is no mail server of that name."),
    "refused": _("Nothing answers at that port of the mail server. Is it the right port?"),
    "silent": _("The mail server does not answer in time. A firewall may be in the way, or the port is wrong."),
    "certificate": _("The mail server's certificate is not valid for its name."),
    "encryption": _(
        "The mail server and we do not agree on encryption: TLS (smtps://) is for port 465, STARTTLS (smtp+tls://) for "
        "587."
    ),
    "sender": _("The mail server does not allow this sender address. Use one that belongs to the account."),
    "mailbox": _("There is no mailbox at that address."),
    "recipient": _("The mail server refuses to deliver to that address."),
    "content": _("The mail server refuses this mail."),
    "address": _("This address cannot be written to."),
    "busy": _("The mail server asks us to try again later."),
    "dropped": _("The mail server ended the conversation. Does it want encryption, or another port?"),
    "private": _(
        "The mail server's name leads into a private network, and businesses have their servers on the internet."
    ),
    "sealed": _(
        "Your mail server's password cannot be read any more, because the installation's secret key has changed."
    ),
    "other": _("The mail could not be sent."),
}
# What every mail to this server meets, whoever it is to.
OF_THE_SERVER = {
    *("password", "unknown_host", "refused", "silent", "certificate", "encryption", "dropped", "private", "sealed"),
}
# What a business does about its own mail server.
ADVICE: dict[str, str | Promise] = {
    "password": _("Copy both anew. Many providers want a password made for programs, not the one you log in with."),
    "unknown_host": _("Look for a slip in the server's name."),
    "refused": _("Try the other ports, 587 first."),
    "silent": _("Try port 2525 or 465. If all are silent, ask whoever runs this installation what it lets out."),
    "certificate": _("Enter the server's name as your provider writes it, not an address in numbers."),
    "dropped": _("TLS belongs to port 465, STARTTLS to the others."),
    "sender": _("Confirm the sender at your provider, or enter the address that belongs to the account."),
    "recipient": _(
        "Your provider may not let a new account write to everybody yet: look there for a limit or a sandbox."
    ),
    "content": _("What the server said tells why."),
    "busy": _("A limit of your provider may be reached: wait, or look there."),
    "private": _("Use a server on the internet, or ask whoever runs this installation to allow that network."),
    "sealed": _("Enter the password again."),
}


@dataclass(frozen=True)
class Trouble:
    """One failure: its kind, whether no repetition would help, and what the server said."""

    kind: str
    final: bool = False
    said: str = ""

    @property
    def sentence(self) -> str:
        """What it means, in the reader's language."""
        return str(SENTENCES[self.kind])

    @property
    def advice(self) -> str:
        """What a business does about its own server, "" where there is nothing to add."""
        return str(ADVICE.get(self.kind, ""))

    @property
    def is_of_the_server(self) -> bool:
        """Whether other mails would meet it too."""
        return self.kind in OF_THE_SERVER


# Amazon SES and Microsoft 365 look at the sender only once they have the whole mail.
SENDER_UNKNOWN = ("not verified", "sendasdenied", "send as denied")

# The first class that fits decides.
KINDS: tuple[tuple[type[Exception], str], ...] = (
    (Private, "private"),
    (Unreadable, "sealed"),
    (smtplib.SMTPNotSupportedError, "encryption"),
    (smtplib.SMTPServerDisconnected, "dropped"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "encryption"),
    (socket.gaierror, "unknown_host"),
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "silent"),
    (OSError, "dropped"),
)


def trouble_of(error: Exception) -> Trouble:
    """Say what an exception of a mail server means. In doubt it may pass: a mail is rather late than lost."""
    if settings.EMAIL_PROVIDER and (trouble := _of_provider(error)):
        return trouble
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _of_recipient(error)
    if isinstance(error, ValueError) and not isinstance(error, OSError):  # an address that no header can carry
        return Trouble("address", final=True, said=str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return _of_answer(error)
    kind = next((kind for known, kind in KINDS if isinstance(error, known)), "other")
    return Trouble(kind, said="" if isinstance(error, (TimeoutError, ConnectionError, socket.gaierror)) else str(error))


def _of_provider(error: Exception) -> Trouble | None:
    """Say what a provider's API means; None for what is no answer of its."""
    from anymail import exceptions  # here: it is large, and mostly not used

    if not isinstance(error, exceptions.AnymailError):
        return None
    said = str(getattr(error.response, "text", "") or error)[:300]
    if isinstance(error, exceptions.AnymailInvalidAddress):
        return Trouble("address", final=True, said=said)
    if isinstance(error, exceptions.AnymailRecipientsRefused):
        return Trouble("recipient", final=True, said=said)
    status = error.status_code or 0
    if status in (401, 403):
        return Trouble("password", said=said)
    if status in (402, 429) or status >= 500:
        return Trouble("busy", said=said)
    if status == 0 and isinstance(error, OSError):  # no answer at all
        return Trouble("dropped")
    return Trouble("other", said=said)


def _of_answer(error: smtplib.SMTPResponseException) -> Trouble:
    said = _said(error.smtp_error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble("password", said=said)
    if error.smtp_code < 500:
        return Trouble("busy", said=said)
    if isinstance(error, smtplib.SMTPDataError) and not any(word in said.lower() for word in SENDER_UNKNOWN):
        return Trouble("content", final=True, said=said)
    # An operator mends a sender that is not allowed, and then the mail may leave.
    is_of_sender = isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError))
    return Trouble("sender" if is_of_sender else "other", said=said)


def _of_recipient(error: smtplib.SMTPRecipientsRefused) -> Trouble:
    answers = list(error.recipients.values())
    code, said = answers[0] if answers else (450, b"")
    text = _said(said)
    if code < 500:
        return Trouble("busy", said=text)
    # 5.1.x is about the address (RFC 3463); without such a number 550, 551 and 553 are. 5.7.x is a policy: the mailbox
    # may well be there, and this mail alone is not wanted.
    enhanced = text.split(" ")[0]
    gone = enhanced.startswith(("5.1.", "5.2.1")) or (enhanced[:2] != "5." and code in (550, 551, 553))
    return Trouble("mailbox" if gone else "recipient", True, text)


def _said(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
