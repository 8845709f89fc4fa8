"""Signs of spam. They never refuse anybody: what shows them is registered and waits for a person (CONTRACT, Pages)."""

from ipaddress import ip_address, ip_network

from plusone.faces.ui.limits import Limiter

from .tokens import FormToken

HUMAN_SECONDS = 1.5
PER_ADDRESS = 20
PER_SECONDS = 600

registrations = Limiter(PER_ADDRESS, PER_SECONDS)


def signs_of(token: FormToken, *, trap: str, address: str) -> tuple[str, ...]:
    """Return the signs: a filled trap, more speed than a person has, many from one address.

    Everybody behind a proxy that does not name them shares this machine's own address: it says nothing about a person.
    """
    found = []
    if trap:
        found.append("trap")
    if not _is_local(address):
        if token.seconds_open < HUMAN_SECONDS:
            found.append("too_fast")
        if not registrations.allows(address):
            found.append("many_from_one_address")
    return tuple(found)


def _is_local(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return "/" in address and ip_network(address).is_loopback
