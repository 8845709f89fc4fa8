"""Campaigns, links, referrals, and what is doubtful about them."""

from .doubt import DoubtCase, DoubtSign, Trust, waiting_members
from .loop import Campaign, Mailing, Referral, Reminder, RollUp, Terms, Trial, Visit, VisitDay

__all__ = [
    "Campaign",
    "DoubtCase",
    "DoubtSign",
    "Mailing",
    "Referral",
    "Reminder",
    "RollUp",
    "Terms",
    "Trial",
    "Trust",
    "Visit",
    "VisitDay",
    "waiting_members",
]
