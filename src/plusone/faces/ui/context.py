"""What every page knows without its view saying so."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from plusone.messaging.channels import channels


def codes_leave() -> bool:
    """Say whether login codes have a mail server to leave by: that of the installation, for no business's own is."""
    return channels["email"]().is_ready(None)


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the business of the address, whether the outbox is for looking at here and whether codes leave."""
    return {
        "business": getattr(request, "business", None),
        "show_outbox": settings.ENV in {"demo", "test"},
        "codes_leave": codes_leave(),
    }
