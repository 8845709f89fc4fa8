"""A mail server of one's own on this machine: encrypted, with a user and a password, at a port that is for mail."""

import ipaddress
import random
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from functools import cache, partial
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "smtp.vela-mail.example"
USER, PASSWORD = "desk@vela.example", "app-password-of-vela"


@cache
def certificate(folder: Path, name: str) -> Path:
    """Write a key and a certificate that it signs itself, for a name. Return the file with both."""
    key = ec.generate_private_key(ec.SECP256R1())
    issued = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begun = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(issued)
        .issuer_name(issued)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    as_text = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(as_text, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(as_text)
    )
    return file


class Sink:
    """Keeps what it takes; says `answers` to a sender or to the whole mail where a test wants that."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Mail]] = []
        self.logins = 0
        self.answers: dict[str, str] = {}

    def let_in(self, _server: Any, _session: Any, _envelope: Any, _way: str, who: Any) -> AuthResult:
        """Count who comes, and look at user and password."""
        self.logins += 1
        good = isinstance(who, LoginPassword) and (who.login, who.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    async def handle_MAIL(self, _s: Any, _t: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take a sender."""
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_DATA(self, _s: Any, _t: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append((envelope.mail_from, message_from_bytes(envelope.content)))
        return "250 OK"


def address() -> str:
    """Return an address of this machine that nobody else listens at."""
    return str(ipaddress.ip_address("127.0.0.0") + random.randrange(0x10000, 0xFFFFFF))


def _knock(where: str) -> None:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((where, 2525), 5) as plain, anybody.wrap_socket(plain) as line:
        line.recv(100)


@contextmanager
def mail_house(folder: Path, where: str, *, tls: bool = False, name: str = NAME) -> Iterator[Sink]:
    """Open it at port 2525, with STARTTLS, or with `tls` from the first letter."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder, name))
    sink = Sink()
    secured: dict[str, Any] = (
        {"ssl_context": context, "auth_require_tls": False}
        if tls
        else {"tls_context": context, "require_starttls": True}
    )
    controller = Controller(
        sink, hostname=where, port=2525, authenticator=sink.let_in, auth_required=True, ready_timeout=10, **secured
    )
    if tls:
        controller._trigger_server = partial(_knock, where)  # type: ignore[method-assign]  # its own is in the clear
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
