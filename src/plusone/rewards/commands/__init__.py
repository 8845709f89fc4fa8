"""The verbs of rewards."""

from .bonuses import decide_bonus, give_bonus
from .forgetting import forget_notes
from .handing import hand_over
from .limits import lock_tally, reserve
from .merging import move_rewards
from .raising import RAISABLE, raise_promise
from .reminding import remind_of_choices
from .shrinking import recover, resize
from .steps import (
    approve,
    ask_review,
    bring_forward,
    choose,
    decline,
    end_hold,
    lapse,
    promise,
    qualify,
    reopen,
    revoke,
)
from .waiting import holds_due, note_dispute

__all__ = [
    "RAISABLE",
    "approve",
    "ask_review",
    "bring_forward",
    "choose",
    "decide_bonus",
    "decline",
    "end_hold",
    "forget_notes",
    "give_bonus",
    "hand_over",
    "holds_due",
    "lapse",
    "lock_tally",
    "move_rewards",
    "note_dispute",
    "promise",
    "qualify",
    "raise_promise",
    "recover",
    "remind_of_choices",
    "reopen",
    "reserve",
    "resize",
    "revoke",
]
