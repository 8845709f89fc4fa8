"""The verbs of the connect room."""

from .answers import claim_answer, forget_client, keep_answer, prune_answers
from .bringing import bring_in, forget_imports, forget_lines, start_import, start_undo, take_back, tell_newcomers
from .businesses import (
    Opened,
    dismiss_checklist,
    edit_business,
    open_business,
    place_business,
    setup_link,
    start_marketing,
    use_setup_token,
)
from .closing import delete_business
from .keys import create_api_key, note_key_use, revoke_api_key
from .staging import discard_import, has_names, look_through, map_columns, mend_lines, places_of, stage_import
from .team import (
    INVITATION_DAYS,
    LastOwner,
    accept_invitation,
    invite_collaborator,
    remove_from_team,
    resend_invitation,
    revoke_invitation,
    set_profession,
    set_role,
)

__all__ = [
    "INVITATION_DAYS",
    "LastOwner",
    "Opened",
    "accept_invitation",
    "bring_in",
    "claim_answer",
    "create_api_key",
    "delete_business",
    "discard_import",
    "dismiss_checklist",
    "edit_business",
    "forget_client",
    "forget_imports",
    "forget_lines",
    "has_names",
    "invite_collaborator",
    "keep_answer",
    "look_through",
    "map_columns",
    "mend_lines",
    "note_key_use",
    "open_business",
    "place_business",
    "places_of",
    "prune_answers",
    "remove_from_team",
    "resend_invitation",
    "revoke_api_key",
    "revoke_invitation",
    "set_profession",
    "set_role",
    "setup_link",
    "stage_import",
    "start_import",
    "start_marketing",
    "start_undo",
    "take_back",
    "tell_newcomers",
    "use_setup_token",
]
