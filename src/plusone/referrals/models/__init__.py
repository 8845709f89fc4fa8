"""Campaigns, links, referrals, and what is doubtful about them."""

from .doubt import Arrival, DoubtCase, DoubtSign, OwnDevice, OwnNetwork, Trust, waiting_members
from .loop import Campaign, Referral, RollUp, Terms, Trial, Visit, VisitDay
from .mailings import Mailing, Reminder
from .wording import Wording

__all__ = [
    "Arrival",
    "Campaign",
    "DoubtCase",
    "DoubtSign",
    "Mailing",
    "OwnDevice",
    "OwnNetwork",
    "Referral",
    "Reminder",
    "RollUp",
    "Terms",
    "Trial",
    "Trust",
    "Visit",
    "VisitDay",
    "Wording",
    "waiting_members",
]
