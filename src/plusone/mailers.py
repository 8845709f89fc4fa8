"""How mail leaves, as PLUSONE_EMAIL_URL says: through a mail server, or through a provider's API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from django.core.exceptions import ImproperlyConfigured

from .given import split

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
WRONG = "PLUSONE_EMAIL_URL must look like smtp+tls://user:password@host:587, or postmark://token@ (docs/operate.md)."


@dataclass(frozen=True)
class Provider:
    """A company with an API that takes mails and reports what came back: its name, where it is, who sends for it."""

    label: str
    server: str
    spf: str
    options: Callable[[str, str, dict[str, str]], dict[str, Any]]  # of its key, its domain and what stands behind `?`


def _mailgun(key: str, domain: str, more: dict[str, str]) -> dict[str, Any]:
    return {"api_key": key, "sender_domain": domain or None, "webhook_signing_key": more.get("signing") or key}


PROVIDERS = {
    "postmark": Provider(
        "Postmark", "api.postmarkapp.com", "include:spf.mtasv.net", lambda key, _domain, _more: {"server_token": key}
    ),
    "mailgun": Provider("Mailgun", "api.mailgun.net", "include:mailgun.org", _mailgun),
    "brevo": Provider("Brevo", "api.brevo.com", "include:spf.brevo.com", lambda key, _domain, _more: {"api_key": key}),
}


@dataclass(frozen=True)
class Route:
    """What the address means. Without one, mail waits in the database, and nothing can be sent past it unseen."""

    mailers: dict[str, Any] = field(default_factory=dict)
    server: str = ""
    provider: str = ""
    sent_by: str = ""  # how an SPF record names who sends
    options: dict[str, str] = field(default_factory=dict)
    signing_key: str = ""


def route_of(address: str) -> Route:
    """Read PLUSONE_EMAIL_URL. Raise ImproperlyConfigured with a sentence for one that means nothing."""
    if not address:
        return Route()
    url = split("EMAIL_URL", address)
    more = dict(parse_qsl(url.query))
    if url.scheme in PROVIDERS:
        return _by_provider(url, more)
    if url.scheme not in PORTS or not url.hostname:
        raise ImproperlyConfigured(WRONG)
    options = {
        "host": url.hostname,
        "port": url.port or PORTS[url.scheme],
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "use_tls": url.scheme == "smtp+tls",
        "use_ssl": url.scheme == "smtps",
        "timeout": 15,
    }
    mailer = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    return Route({"default": mailer}, server=url.hostname, sent_by=url.hostname, options=more)


def _by_provider(url: SplitResult, more: dict[str, str]) -> Route:
    key, provider = unquote(url.username or ""), PROVIDERS[url.scheme]
    if not key:
        raise ImproperlyConfigured(f"PLUSONE_EMAIL_URL lacks the key of {provider.label}: {url.scheme}://key@.")
    options = provider.options(key, url.hostname or "", more)
    signing_key = options.pop("webhook_signing_key", "")
    if more.get("api"):
        options["api_url"] = more["api"]
    mailer = {"BACKEND": f"anymail.backends.{url.scheme}.EmailBackend", "OPTIONS": options}
    return Route({"default": mailer}, provider.server, url.scheme, provider.spf, more, signing_key)
