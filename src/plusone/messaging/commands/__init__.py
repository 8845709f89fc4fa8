"""The verbs of messaging: write a message, deliver it, forget a person."""

from .delivery import deliver, hand_over
from .erasure import forget
from .sending import send, send_raw, suppress, switch_channel, unsuppress

__all__ = ["deliver", "forget", "hand_over", "send", "send_raw", "suppress", "switch_channel", "unsuppress"]
