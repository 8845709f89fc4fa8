"""Questions about what recommendations brought."""

from .ambassadors import ORDERS, History, LeadHistory, Movement, Standing, ambassadors, history_of
from .goals import Progress, goals_of, progress_of
from .impact import FUNNEL, Activated, Funnel, Impact, Month, figures, funnel_of, impact, months
from .indicators import Indicator, indicators, indicators_total

__all__ = [
    "FUNNEL",
    "ORDERS",
    "Activated",
    "Funnel",
    "History",
    "Impact",
    "Indicator",
    "LeadHistory",
    "Month",
    "Movement",
    "Progress",
    "Standing",
    "ambassadors",
    "figures",
    "funnel_of",
    "goals_of",
    "history_of",
    "impact",
    "indicators",
    "indicators_total",
    "months",
    "progress_of",
]
