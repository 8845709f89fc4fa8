"""One cookie, set when a friend asks for it: it holds a visit's id, so that an invitation counts after a pause.

Nothing is kept before that, and nothing follows anybody: the cookie is this site's own (CASES 18, PRI-9).
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from plusone.referrals.touches import visit_behind, visit_token

COOKIE = "plusone_visit"


def remembered(request: HttpRequest) -> int | None:
    """Return the visit that this device remembers, or None."""
    return visit_behind(request.COOKIES.get(COOKIE, ""))


def remember(response: HttpResponse, visit_id: int, *, days: int) -> None:
    """Let this device keep a visit for so many days."""
    response.set_cookie(COOKIE, visit_token(visit_id), max_age=days * 24 * 3600, **_flags())


def forget(response: HttpResponse) -> None:
    """Let this device forget it."""
    response.delete_cookie(COOKIE, path="/", samesite="Lax")


def _flags() -> dict[str, Any]:
    return {"path": "/", "secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
