"""How often one address may do something, counted in this process: against guessing, and of bounded size."""

import time
from collections import OrderedDict
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import Any

from django.conf import settings

KEYS_MAX = 10_000
V6_PREFIX = 64
UNKNOWN_CODES_PER_MINUTE = 20


class Limiter:
    """At most `most` acts in `seconds` for one key. Beyond `KEYS_MAX` keys the one seen longest ago is forgotten."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def allows(self, key: str) -> bool:
        """Count one act of `key` and say whether it is within the limit."""
        now = time.monotonic()
        with self._lock:
            since, count = self._seen.pop(key, (now, 0))
            if now - since >= self.seconds:
                since, count = now, 0
            self._seen[key] = (since, count + 1)
            if len(self._seen) > KEYS_MAX:
                self._seen.popitem(last=False)
            return count < self.most

    def is_spent(self, key: str) -> bool:
        """Say whether `key` has used its limit up; this counts nothing."""
        with self._lock:
            since, count = self._seen.get(key, (0.0, 0))
        return count >= self.most and time.monotonic() - since < self.seconds

    def clear(self) -> None:
        """Forget all keys."""
        with self._lock:
            self._seen.clear()


guesses = Limiter(UNKNOWN_CODES_PER_MINUTE, 60)  # of codes, wherever one can be tried (FRA-11)


def address_of(environ: dict[str, Any]) -> str:
    """Return who asks, as limits count them: the address, of IPv6 the network.

    Behind a proxy on this machine (an https installation) it is the last one the proxy names; from anybody else the
    header is ignored.
    """
    peer = str(environ.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and _parsed(peer) and _is_near(peer):
        peer = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or peer
    found = _parsed(peer)
    if found is None:
        return "unknown"
    return str(ip_network((found, V6_PREFIX), strict=False)) if found.version == 6 else str(found)


def _parsed(text: str) -> Any:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_near(peer: str) -> bool:
    return bool(ip_address(peer).is_loopback or ip_address(peer).is_private)
