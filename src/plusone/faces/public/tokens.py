"""The token of a registration form: signed, tied to its page, to no session (CONTRACT, Pages)."""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing

OPEN_SECONDS_MAX = 14 * 24 * 3600


@dataclass(frozen=True)
class FormToken:
    """What a form brings back: its page, the visits known to it, a number of its own, when it was shown, which
    advertisement's click opened it, and whether that was on a device of the business's own or by its team."""

    page: str
    visit_ids: list[int]
    nonce: str
    shown_at: float
    ad: str = ""
    is_desk: bool = False

    @property
    def seconds_open(self) -> float:
        """How long the form was open, by the machine's clock."""
        return time.time() - self.shown_at


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="plusone.join")


def new_token(page: str, visit_ids: Iterable[int], ad: str = "", *, is_desk: bool = False) -> str:
    """Return a token for the form of a page."""
    shown_at = round(time.time(), 3)
    return _signer().sign_object([page, list(visit_ids), secrets.token_urlsafe(9), shown_at, ad, is_desk])


def read_token(token: str, page: str) -> FormToken | None:
    """Return what a token says, or None where it is made up, another page's, or older than two weeks."""
    try:
        read: Any = _signer().unsign_object(token, max_age=OPEN_SECONDS_MAX)
        found = FormToken(*read)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return found if found.page == page else None
