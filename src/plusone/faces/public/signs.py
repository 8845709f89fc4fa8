"""Signs of spam. They never refuse anybody: what shows them is registered and waits for a person (CONTRACT, Pages).

How many come from one address is counted with the registrations (`referrals.commands.networks`), for each business.
"""

from ipaddress import ip_address, ip_network

from plusone.referrals.commands.networks import OWN_DEVICE

from .tokens import FormToken

HUMAN_SECONDS = 1.5


def signs_of(token: FormToken, *, trap: str, address: str) -> tuple[str, ...]:
    """Return the signs: a filled trap, more speed than a person has."""
    found = []
    if trap:
        found.append("trap")
    if network_of(address) and token.seconds_open < HUMAN_SECONDS:
        found.append("too_fast")
    return tuple(found)


def network_behind(token: FormToken, address: str) -> str:
    """Return where a form came from: the business's own device or team, or the network of the sender."""
    return OWN_DEVICE if token.is_desk else network_of(address)


def network_of(address: str) -> str:
    """Return the network that a form came from, or nothing where it is not known.

    Everybody behind a proxy that does not name them shares this machine's own address: it says nothing about a person.
    """
    return "" if address == "unknown" or _is_local(address) else address


def _is_local(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return "/" in address and ip_network(address).is_loopback
