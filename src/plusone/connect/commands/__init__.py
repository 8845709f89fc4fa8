"""The verbs of the connect room."""

from .businesses import (
    Opened,
    dismiss_checklist,
    edit_business,
    open_business,
    setup_link,
    start_marketing,
    use_setup_token,
)
from .keys import create_api_key, note_key_use, revoke_api_key

__all__ = [
    "Opened",
    "create_api_key",
    "dismiss_checklist",
    "edit_business",
    "note_key_use",
    "open_business",
    "revoke_api_key",
    "setup_link",
    "start_marketing",
    "use_setup_token",
]
