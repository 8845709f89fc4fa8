"""The verbs of the client book."""

from .assigning import assign, hand_over
from .erasing import erase_again
from .imports import ClientLine, import_clients, name_key, note_first_orders
from .lifecycle import activate, archive, create_client, delete_client, forget_departures, reactivate, register_lead
from .preferences import set_own_words, set_promotions
from .profile import AlreadyExists, attach_logins, edit_client, set_tags
from .undoing import UndoneLine, remove_unused_tags, undo_import

__all__ = [
    "AlreadyExists",
    "ClientLine",
    "UndoneLine",
    "activate",
    "archive",
    "assign",
    "attach_logins",
    "create_client",
    "delete_client",
    "edit_client",
    "erase_again",
    "forget_departures",
    "hand_over",
    "import_clients",
    "name_key",
    "note_first_orders",
    "reactivate",
    "register_lead",
    "remove_unused_tags",
    "set_own_words",
    "set_promotions",
    "set_tags",
    "undo_import",
]
