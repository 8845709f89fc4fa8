"""Which sites may send a form that no session protects (CONTRACT, Pages)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_foreign(request: HttpRequest) -> bool:
    """Say whether a form comes from another site. An absent Origin passes: the signed token is the proof then."""
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    own = urlsplit(settings.BASE_URL)
    return origin not in (f"{own.scheme}://{own.netloc}", f"{request.scheme}://{request.get_host()}")
