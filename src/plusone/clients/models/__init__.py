"""The client book: who they are, and what is kept about them (REQUIREMENTS 4.1)."""

from .jobs import Job, JobRow
from .joining import Invitation, SignupLink
from .kept import DataExport, Departure
from .notes import NextStep, Note
from .people import Client, ClientQuerySet, Consent, Spelling, Tag, asked, fold, own_of, sees, veiled
from .views import SavedView

__all__ = [
    "Client",
    "ClientQuerySet",
    "Consent",
    "DataExport",
    "Departure",
    "Invitation",
    "Job",
    "JobRow",
    "NextStep",
    "Note",
    "SavedView",
    "SignupLink",
    "Spelling",
    "Tag",
    "asked",
    "fold",
    "own_of",
    "sees",
    "veiled",
]
