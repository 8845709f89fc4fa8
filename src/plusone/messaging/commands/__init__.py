"""The verbs of messaging: write a message, deliver it, forget a person."""

from .delivery import deliver, deliver_many, hand_over
from .erasure import forget, forget_bodies, forget_user
from .inviting import mail_invitation
from .mail import lift_suppression, send_test_mail
from .mail_server import draft_mail_server, remove_mail_server, use_mail_server
from .merging import move_messages
from .reading import mark_read
from .reports import note_report
from .sending import send, send_raw, suppress, switch_channel, unsuppress, withhold
from .writing import message_to_many

__all__ = [
    "deliver",
    "deliver_many",
    "draft_mail_server",
    "forget",
    "forget_bodies",
    "forget_user",
    "hand_over",
    "lift_suppression",
    "mail_invitation",
    "mark_read",
    "message_to_many",
    "move_messages",
    "note_report",
    "remove_mail_server",
    "send",
    "send_raw",
    "send_test_mail",
    "suppress",
    "switch_channel",
    "unsuppress",
    "use_mail_server",
    "withhold",
]
