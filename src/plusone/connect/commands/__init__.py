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
from .team import (
    INVITATION_DAYS,
    LastOwner,
    accept_invitation,
    invite_collaborator,
    remove_from_team,
    resend_invitation,
    revoke_invitation,
    set_role,
)

__all__ = [
    "INVITATION_DAYS",
    "LastOwner",
    "Opened",
    "accept_invitation",
    "claim_answer",
    "create_api_key",
    "dismiss_checklist",
    "edit_business",
    "forget_client",
    "invite_collaborator",
    "keep_answer",
    "note_key_use",
    "open_business",
    "prune_answers",
    "remove_from_team",
    "resend_invitation",
    "revoke_api_key",
    "revoke_invitation",
    "set_role",
    "setup_link",
    "start_marketing",
    "use_setup_token",
]
