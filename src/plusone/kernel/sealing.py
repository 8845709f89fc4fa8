"""Secrets that must be read again, kept so that a copy of the database alone opens nothing."""

import base64
import hashlib
from typing import Any

from django.conf import settings


def seal(purpose: str, text: str) -> str:
    """Seal a text with the installation's own secret. What is sealed for one purpose opens for no other."""
    return str(_lock(purpose).encrypt(text.encode()).decode())


def unseal(purpose: str, sealed: str) -> str | None:
    """Return a sealed text; None if another secret sealed it: then PLUSONE_SECRET_KEY has changed since."""
    from cryptography.fernet import InvalidToken  # slow to load, and few commands need it

    try:
        return str(_lock(purpose).decrypt(sealed).decode())
    except InvalidToken:
        return None


def _lock(purpose: str) -> Any:
    from cryptography.fernet import Fernet  # slow to load, and few commands need it

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()))
