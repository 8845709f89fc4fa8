"""What every page knows without its view saying so."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from plusone.messaging.channels import channels

from .local import all_is_local


def codes_leave() -> bool:
    """Say whether login codes have a mail server to leave by: that of the installation, for no business's own is."""
    return channels["email"]().is_ready(None)


def codes_come(request: HttpRequest) -> bool:
    """Say whether a code can be read by whoever waits for it: in their mail, or in the outbox of a trial at hand."""
    return codes_leave() or settings.ENV == "test" or all_is_local(request)


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the business of the address, whether the outbox is for looking at here and how codes arrive."""
    leave = codes_leave()
    return {
        "business": getattr(request, "business", None),
        "show_outbox": settings.ENV in {"demo", "test"},
        "codes_leave": leave,
        "codes_stand_here": codes_come(request) and not leave,  # in the outbox, which whoever asks may read
        "codes_come": codes_come(request),
    }
