"""Questions about what recommendations brought."""

from .ambassadors import ORDERS, History, LeadHistory, Movement, Standing, ambassadors, history_of
from .cost import unknown_words, would_cost
from .goals import Progress, figures_beside, goals_of, progress_of
from .helping import help_answered, help_answers
from .impact import FUNNEL, Activated, Funnel, Impact, Month, figures, funnel_of, impact, months
from .indicators import Indicator, indicators, indicators_total
from .liability import BookMonth, Snapshot, balance_book, book_years, snapshot
from .replaying import Cost, Friend, Paid, Stay, replay

__all__ = [
    "FUNNEL",
    "ORDERS",
    "Activated",
    "BookMonth",
    "Cost",
    "Friend",
    "Funnel",
    "History",
    "Impact",
    "Indicator",
    "LeadHistory",
    "Month",
    "Movement",
    "Paid",
    "Progress",
    "Snapshot",
    "Standing",
    "Stay",
    "ambassadors",
    "balance_book",
    "book_years",
    "figures",
    "figures_beside",
    "funnel_of",
    "goals_of",
    "help_answered",
    "help_answers",
    "history_of",
    "impact",
    "indicators",
    "indicators_total",
    "months",
    "progress_of",
    "replay",
    "snapshot",
    "unknown_words",
    "would_cost",
]
