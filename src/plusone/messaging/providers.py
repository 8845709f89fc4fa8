"""Where a mail provider reports what came back, and how it proves that it is the one (TRUST DEL-8, AUTH-8)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

USER = "plusone"


def reports_secret() -> str:
    """Return the password of the address at which the provider reports; it comes from the installation's secret."""
    return salted_hmac("plusone.mail-reports", settings.EMAIL_PROVIDER, algorithm="sha256").hexdigest()[:40]


def reports_address() -> str:
    """Return that address, with user and password, as the provider's own pages want it; "" without a provider."""
    if not settings.EMAIL_PROVIDER:
        return ""
    base = urlsplit(settings.BASE_URL)
    return f"{base.scheme}://{USER}:{reports_secret()}@{base.netloc}/mail/reports/{settings.EMAIL_PROVIDER}"
