"""Short messages after an act, the undoable ones with their undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

UNDO = "undo:"


def with_undo(request: HttpRequest, text: Any, *, undo: str) -> None:
    """Show `text` on the next page with an Undo button that POSTs to the address `undo`."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}")


def undo_of(message: Any) -> str:
    """Return the address that undoes what a message tells, or ""."""
    for tag in (message.extra_tags or "").split():
        if tag.startswith(f"{UNDO}/") and not tag.startswith(f"{UNDO}//"):
            return str(tag.removeprefix(UNDO))
    return ""
