"""Where registrations come from: the business's own networks and devices, and how many arrive from one of the
others."""

from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.db.locks import take_turns
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.referrals import events
from plusone.referrals.doubt.network import MOST, WITHIN
from plusone.referrals.models import Arrival, OwnDevice, OwnNetwork, Referral

NETWORKS_MAX = 20
OWN_DEVICE = "own device"  # stands for the network of who fills in a form on a device of the business's own
LARGEST = {4: 16, 6: 32}  # what is larger is not one business's
KEPT = timedelta(days=1)


@transaction.atomic
def add_own_network(business: Business, text: str, *, name: str = "", actor: str, now: datetime) -> OwnNetwork:
    """Exempt a network (an address, or a range such as 203.0.113.0/24) from counting. Raise Invalid."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise Invalid(
            _("Write an internet address such as 203.0.113.7, or a range such as 203.0.113.0/28."), field="cidr"
        ) from error
    if network.is_loopback or network.is_unspecified or network.is_multicast:
        raise Invalid(_("Nobody comes from this address."), field="cidr")
    if network.prefixlen < LARGEST[network.version]:
        raise Invalid(_("This range is far larger than one business. Write your own address."), field="cidr")
    take_turns(f"networks {business.pk}")
    if OwnNetwork.objects.filter(business=business).count() >= NETWORKS_MAX:
        raise Invalid(_("There are 20 networks already. Remove one first."), field="cidr")
    try:
        with transaction.atomic():
            made = OwnNetwork.objects.create(
                business=business, cidr=str(network), name=name.strip()[:80], at=now, by=actor
            )
    except IntegrityError:
        return OwnNetwork.objects.get(business=business, cidr=str(network))
    record(business, events.OwnNetworkAdded(network=made.pk), actor=actor, now=now)
    return made


@transaction.atomic
def remove_own_network(network: OwnNetwork, *, actor: str, now: datetime) -> bool:
    """Count registrations from there again. Say whether it was there."""
    if not OwnNetwork.objects.filter(pk=network.pk).delete()[0]:
        return False
    record(network.business, events.OwnNetworkRemoved(network=network.pk), actor=actor, now=now)
    return True


@transaction.atomic
def add_own_device(business: Business, *, name: str = "", session: str = "", actor: str, now: datetime) -> OwnDevice:
    """Exempt what is filled in on a device from counting. Raise Invalid where there are many already.

    `session` is what somebody is logged in with on it: marked twice at one moment, from two tabs, it is one device.
    """
    mark = salted_hmac("plusone.device", session, algorithm="sha256").hexdigest() if session else ""
    take_turns(f"devices {business.pk}")
    known = _device_with(business, mark)
    if known is not None:
        return known
    if OwnDevice.objects.filter(business=business).count() >= NETWORKS_MAX:
        raise Invalid(_("There are 20 devices already. Remove one first."), field="name")
    made = OwnDevice.objects.create(business=business, name=name.strip()[:80], mark=mark, at=now, by=actor)
    record(business, events.OwnDeviceAdded(device=made.pk), actor=actor, now=now)
    return made


@transaction.atomic
def remove_own_device(device: OwnDevice, *, actor: str, now: datetime) -> bool:
    """Count what is filled in there again. Say whether it was there."""
    key = device.pk
    if not OwnDevice.objects.filter(pk=key).delete()[0]:
        return False
    record(device.business, events.OwnDeviceRemoved(device=key), actor=actor, now=now)
    return True


def is_own(business: Business, address: str) -> bool:
    """Say whether an address (or the network that stands for one, or `OWN_DEVICE`) is the business's own."""
    if address == OWN_DEVICE:
        return True
    asked = _network(address)
    if asked is None:
        return False
    own = OwnNetwork.objects.filter(business=business).values_list("cidr", flat=True)
    return any(_holds(ip_network(cidr), asked) for cidr in own)


def is_countable(address: str) -> bool:
    """Say whether an address stands for somebody's connection, as far as it can be seen from here."""
    network = _network(address)
    return network is not None and not network.is_loopback


@transaction.atomic
def note_arrival(business: Business, address: str, *, referral: Referral | None = None, now: datetime) -> bool:
    """Write that somebody sent a form from `address`; whoever comes from the same one at the same moment waits.

    Say whether that many are usual.
    """
    mark = salted_hmac("plusone.arrival", f"{business.pk} {address}", algorithm="sha256").hexdigest()
    take_turns(f"arrival {mark}")
    Arrival.objects.create(business=business, mark=mark, at=now, referral=referral)
    return Arrival.objects.filter(business=business, mark=mark, at__gt=now - WITHIN).count() <= MOST


def forget_arrivals(now: datetime) -> int:
    """Forget where forms came from. Return how many."""
    return Arrival.objects.filter(at__lte=now - KEPT).delete()[0]


def _device_with(business: Business, mark: str) -> OwnDevice | None:
    return OwnDevice.objects.filter(business=business, mark=mark).first() if mark else None


def _network(address: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(address, strict=False)
    except ValueError:
        return None


def _holds(own: IPv4Network | IPv6Network, asked: IPv4Network | IPv6Network) -> bool:
    """Say whether `asked` lies in `own`. Of IPv6 the asked one is the customer's whole network already."""
    return own.version == asked.version and own.overlaps(asked)
