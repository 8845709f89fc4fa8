"""What the domain name system says about mail from a domain: SPF, DKIM and DMARC (TRUST DEL-7)."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

TIMEOUT_SECONDS = 3.0
# A selector cannot be listed, only asked for: these are the usual providers'. `?dkim=` of EMAIL_URL names another.
SELECTORS = (
    *("plusone", "default", "dkim", "mail", "email", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "k3"),
    *("fm1", "fm2", "fm3", "pm", "mandrill", "smtp", "resend", "zoho", "protonmail", "brevo", "mailjet", "ionos"),
)


class NoAnswer(Exception):
    """The name server could not be asked: nothing is known."""


class Resolver(Protocol):
    """Who is asked."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, none where there is no such name. Raise NoAnswer."""


class Live:
    """The name servers of this machine."""

    def texts(self, name: str) -> list[str]:
        """Ask."""
        import dns.exception  # here: loading it takes longer than the rest of a short command
        import dns.resolver

        resolver = dns.resolver.Resolver()
        resolver.lifetime = TIMEOUT_SECONDS
        try:
            answer = resolver.resolve(name, "TXT")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(str(error)) from error
        return [b"".join(record.strings).decode(errors="replace") for record in answer]


@dataclass(frozen=True)
class Record:
    """One record that a domain should have: where it stands, what is there, and what to put there.

    `verdict`: `good`, `missing`, `wrong` (there, but it does not do its work) or `unknown` (nobody answered).
    """

    kind: str
    name: str
    verdict: str
    found: str
    wanted: str


def look(domain: str, *, server: str = "", selector: str = "", resolver: Resolver | None = None) -> list[Record]:
    """Say how SPF, DKIM and DMARC of a sender's domain stand. `server` is the mail server that sends for it."""
    ask = resolver or Live()
    return [_spf(ask, domain, server), _dkim(ask, domain, selector), _dmarc(ask, domain)]


def is_nowhere(domain: str) -> bool:
    """Say whether no other machine can ask for this domain: a number, or a name of this machine alone."""
    last = domain.rpartition(".")[2]
    return "." not in domain or last.isdecimal() or last in ("localhost", "local", "internal")


def _spf(ask: Resolver, domain: str, server: str) -> Record:
    """One record must name who sends; two count as none (RFC 7208, 4.5)."""
    wanted = f"v=spf1 mx{_way(server)} ~all"
    try:
        found = [text for text in ask.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    except NoAnswer:
        return Record("SPF", domain, "unknown", "", wanted)
    if not found:
        return Record("SPF", domain, "missing", "", wanted)
    bad = len(found) > 1 or "+all" in found[0].lower().split()
    return Record("SPF", domain, "wrong" if bad else "good", " | ".join(found), wanted)


def _way(server: str) -> str:
    """Name the mail server in an SPF record; one on this machine is covered by `mx`, or by nothing we could know.

    A provider names itself, as `include:…`.
    """
    if server.startswith("include:"):
        return f" {server}"
    try:
        address = ip_address(server)
    except ValueError:
        return f" a:{server}" if "." in server else ""
    return f" ip{address.version}:{server}" if address.is_global else ""


def _dkim(ask: Resolver, domain: str, selector: str) -> Record:
    """The key is made by whoever sends; an empty one is a key that was revoked (RFC 6376, 3.6.1)."""
    wanted = "v=DKIM1; k=rsa; p=…"
    first = f"{selector or SELECTORS[0]}._domainkey.{domain}"
    revoked = ""
    for each in [selector] if selector else SELECTORS:
        name = f"{each}._domainkey.{domain}"
        try:
            found = [text for text in ask.texts(name) if "p=" in text]
        except NoAnswer:
            return Record("DKIM", first, "unknown", "", wanted)
        for text in found:
            tags = {tag.strip(): value.strip() for tag, _, value in (part.partition("=") for part in text.split(";"))}
            if tags.get("p"):
                return Record("DKIM", name, "good", text, wanted)
            first, revoked = name, text
    return Record("DKIM", first, "wrong" if revoked else "missing", revoked, wanted)


def _dmarc(ask: Resolver, domain: str) -> Record:
    """A subdomain without a record of its own has its parent's (RFC 7489, 6.6.3); two records count as none."""
    name, wanted = f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    parent = domain.partition(".")[2]
    try:
        found = _policies(ask, name) or (_policies(ask, f"_dmarc.{parent}") if "." in parent else [])
    except NoAnswer:
        return Record("DMARC", name, "unknown", "", wanted)
    if not found:
        return Record("DMARC", name, "missing", "", wanted)
    bad = len(found) > 1 or "p=" not in found[0].replace(" ", "")
    return Record("DMARC", name, "wrong" if bad else "good", " | ".join(found), wanted)


def _policies(ask: Resolver, name: str) -> list[str]:
    return [text for text in ask.texts(name) if text.replace(" ", "").lower().startswith("v=dmarc1")]
