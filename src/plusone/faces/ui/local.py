"""Whether whoever asks sits at this machine, as at a trial of one's own: then they may read its outbox."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from plusone.kernel.loopback import is_loopback

# What a proxy adds, by whichever name its maker gave it; parts of the header's name.
FORWARDING = (
    "FORWARDED",
    "HTTP_VIA",
    "REAL_IP",
    "CLIENT_IP",
    "CLIENTIP",
    "CONNECTING_IP",
    "USER_IP",
    "EXTERNAL_ADDRESS",
    "ORIGINAL_HOST",
    "HTTP_CF_",
    "CDN_LOOP",
)


def all_is_local(request: HttpRequest) -> bool:
    """Say whether only this machine can be asking: what was asked for, where we listen, our address, and no proxy.

    A demo may listen to the network (`HOST=0.0.0.0`): then who asks has to be this machine.
    """
    headers = [name for name, value in request.META.items() if name.startswith("HTTP_") and value]
    if any(part in name for name in headers for part in FORWARDING):
        return False
    if settings.ENV == "demo":
        return is_loopback(host_of(request)) and is_loopback(str(request.META.get("REMOTE_ADDR", "")))
    hosts = (urlsplit(settings.BASE_URL).hostname or "", settings.BOUND_HOST, host_of(request))
    return all(is_loopback(host) for host in hosts)


def host_of(request: HttpRequest) -> str:
    """Return the host that was asked for, without its port."""
    return urlsplit(f"//{request.get_host()}").hostname or ""
