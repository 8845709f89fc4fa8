"""What every page knows without its view saying so."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the business of the address and whether the outbox is for looking at here."""
    return {"business": getattr(request, "business", None), "show_outbox": settings.ENV in {"demo", "test"}}
