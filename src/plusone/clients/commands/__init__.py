"""The verbs of the client book."""

from .assigning import assign, hand_over
from .erasing import erase_again
from .exporting import ask_export, forget_exports, keep_export
from .forgetting import end_sessions, forget_consents, forget_copies, forget_idle_leads, forget_invitation
from .imports import ClientLine, import_clients, name_key, note_first_orders
from .inviting import (
    INVITATION_DAYS,
    accept_client_invitation,
    expire_invitations,
    invite_client,
    revoke_client_invitation,
    send_invitation_again,
)
from .jobs import Act, acts, drop_job, run_job, start_due_jobs, start_job, undo_job
from .lifecycle import activate, archive, create_client, delete_client, forget_departures, reactivate, register_lead
from .merging import (
    Merged,
    drop_copies,
    foresee_merge,
    merge_clients,
    move_books,
    move_consents,
    move_next_step,
    move_notes,
    move_own_balance,
    move_rows,
)
from .notes import (
    NOTE_MAX,
    STEP_MAX,
    change_note,
    end_next_step,
    forget_next_step,
    forget_notes,
    plan_next_step,
    remove_note,
    write_note,
)
from .preferences import set_own_words, set_promotions, withdraw
from .profile import AlreadyExists, attach_logins, edit_client, set_tags
from .signing_up import change_signup_link, end_signup_link, open_signup_link, sign_up
from .tags import delete_tag, edit_tag, give_tag, tag_called, take_tag
from .undoing import UndoneLine, remove_unused_tags, undo_import
from .views import forget_view, save_view

__all__ = [
    "INVITATION_DAYS",
    "NOTE_MAX",
    "STEP_MAX",
    "Act",
    "AlreadyExists",
    "ClientLine",
    "Merged",
    "UndoneLine",
    "accept_client_invitation",
    "activate",
    "acts",
    "archive",
    "ask_export",
    "assign",
    "attach_logins",
    "change_note",
    "change_signup_link",
    "create_client",
    "delete_client",
    "delete_tag",
    "drop_copies",
    "drop_job",
    "edit_client",
    "edit_tag",
    "end_next_step",
    "end_sessions",
    "end_signup_link",
    "erase_again",
    "expire_invitations",
    "foresee_merge",
    "forget_consents",
    "forget_copies",
    "forget_departures",
    "forget_exports",
    "forget_idle_leads",
    "forget_invitation",
    "forget_next_step",
    "forget_notes",
    "forget_view",
    "give_tag",
    "hand_over",
    "import_clients",
    "invite_client",
    "keep_export",
    "merge_clients",
    "move_books",
    "move_consents",
    "move_next_step",
    "move_notes",
    "move_own_balance",
    "move_rows",
    "name_key",
    "note_first_orders",
    "open_signup_link",
    "plan_next_step",
    "reactivate",
    "register_lead",
    "remove_note",
    "remove_unused_tags",
    "revoke_client_invitation",
    "run_job",
    "save_view",
    "send_invitation_again",
    "set_own_words",
    "set_promotions",
    "set_tags",
    "sign_up",
    "start_due_jobs",
    "start_job",
    "tag_called",
    "take_tag",
    "undo_import",
    "undo_job",
    "withdraw",
    "write_note",
]
