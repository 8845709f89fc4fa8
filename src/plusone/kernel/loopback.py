"""This machine's own addresses: which they are, and when the name `localhost` leads to the one we listen on."""

import socket
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

PATIENCE_SECONDS = 0.2


def is_loopback(host: str) -> bool:
    """Say whether a host name or number is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def by_name(url: str) -> str:
    """Return the address with `localhost` for its number, as passkeys need it; as it was where that leads elsewhere.

    A browser tries all numbers that `localhost` stands for, so another server on one of the others would answer it.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    if host == "localhost" or not is_loopback(host):
        return url
    try:
        numbers = {str(found[4][0]) for found in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
    except OSError:
        return url
    if host not in numbers or any(_answers(number, port) for number in numbers - {host}):
        return url
    return parts._replace(netloc=f"localhost:{parts.port}" if parts.port else "localhost").geturl()


def _answers(number: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((number, port), timeout=PATIENCE_SECONDS):
        return True
    return False
