"""The verbs of the connect room."""

from .answers import claim_answer, forget_client, keep_answer, prune_answers
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
    "claim_answer",
    "create_api_key",
    "dismiss_checklist",
    "edit_business",
    "forget_client",
    "keep_answer",
    "note_key_use",
    "open_business",
    "prune_answers",
    "revoke_api_key",
    "setup_link",
    "start_marketing",
    "use_setup_token",
]
