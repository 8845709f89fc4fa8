"""The line to a business's own mail server: encrypted, to public addresses only, and never for long.

What a business writes into a form must not lead into the operator's own network, and a server that answers one letter
at a time must not keep a worker from everybody else's mail.
"""

import smtplib
import socket
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from plusone.kernel.sealing import seal, unseal

from .models import MailServer

CONNECT_SECONDS = 10.0
TALK_SECONDS = 25.0  # one mail, from the first letter to the last
ADDRESSES_TRIED = 2
SEALED_FOR = "mail server"


# IPv6 that ends in an address of IPv4: what is connected to is that one, through a translator (NAT64) or at once.
WRAPPED = tuple(ip_network(prefix) for prefix in ("::ffff:0:0/96", "64:ff9b::/96", "::/96"))


class Private(OSError):
    """The name leads to an address that is not on the public internet."""


class Unreadable(OSError):
    """The password was sealed with another secret key of the installation."""


def sealed_password(text: str) -> str:
    """Return a password as it is kept."""
    return seal(SEALED_FOR, text)


def is_readable(server: MailServer) -> bool:
    """Whether its password opens with the installation's present key."""
    return unseal(SEALED_FOR, server.sealed) is not None


def addresses_of(host: str, port: int) -> list[str]:
    """Return where a name leads. Raise Private if any of it is not public, and OSError where there is no such name.

    The operator may allow networks of their own with PLUSONE_MAIL_NETWORKS.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
    for address in addresses:
        if not _is_open(address):
            raise Private("a private address")
    return addresses


def _is_open(text: str) -> bool:
    address = ip_address(text)
    if isinstance(address, IPv6Address) and any(address in wrapped for wrapped in WRAPPED):
        address = IPv4Address(address.packed[-4:])
    if any(address in ip_network(allowed) for allowed in settings.MAIL_NETWORKS):
        return True
    return address.is_global and not address.is_multicast


class _Plain(smtplib.SMTP):
    """A talk that begins in the clear. It connects to the very address that was looked at: a name that leads elsewhere
    a moment later changes nothing."""

    def __init__(self, *args: Any, line: "Line", **options: Any) -> None:
        line.talk = self  # before it begins: the first answer may be the slow one
        super().__init__(*args, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        failed: OSError = ConnectionRefusedError()
        for address in addresses_of(host, port)[:ADDRESSES_TRIED]:
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as error:
                failed = error
        raise failed


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """One that is encrypted from the first letter."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


class Line(EmailBackend):
    """A connection to the server of one business."""

    talk: smtplib.SMTP | None = None
    _is_cut = False

    @property
    def connection_class(self) -> Any:
        """Both kinds ask where the name leads."""
        return partial(_Encrypted if self.use_ssl else _Plain, line=self)

    def hand_in(self, mail: EmailMessage) -> None:
        """Open it if need be and give one mail to the server, in TALK_SECONDS or not at all."""
        watch = Timer(TALK_SECONDS, self._cut)
        watch.daemon = True
        watch.start()
        try:
            self.open()
            self.send_messages([mail])
        except BaseException as error:
            self._drop()
            if self._is_cut:
                raise TimeoutError from error
            raise
        finally:
            watch.cancel()

    def hang_up(self) -> None:
        """Say good-bye. The mails are with the server by now, whatever it answers."""
        with suppress(OSError):
            self.close()

    def _cut(self) -> None:
        """End it from outside: whoever waits for an answer gets none."""
        self._is_cut = True
        sock = getattr(self.talk, "sock", None)
        if sock is not None:
            with suppress(OSError):  # it had ended by itself
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _drop(self) -> None:
        """Forget it without a good-bye: a server that has failed would keep us waiting for one."""
        talk, self.talk, self.connection, self._partial_connection = self.talk, None, None, None
        if talk is not None:
            talk.close()


def line_to(server: MailServer) -> Line:
    """Return a line to it, not opened yet. Raise Unreadable where the password must be entered again."""
    password = unseal(SEALED_FOR, server.sealed)
    if password is None:
        raise Unreadable("another secret key")
    return Line(
        alias="own",
        host=server.host,
        port=server.port,
        username=server.username,
        password=password,
        use_tls=server.security == MailServer.Security.STARTTLS,
        use_ssl=server.security == MailServer.Security.TLS,
        timeout=CONNECT_SECONDS,
    )
