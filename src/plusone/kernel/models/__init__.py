"""The tables that know nothing of the trade: who logs in, which business, who works there."""

from .business import Business, Collaborator, Owned, Row
from .once import Once
from .queue import QueuedTask, WorkerSeen
from .user import User

__all__ = ["Business", "Collaborator", "Once", "Owned", "QueuedTask", "Row", "User", "WorkerSeen"]
