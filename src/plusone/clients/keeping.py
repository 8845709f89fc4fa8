"""What is kept about a client, and where: each room names its part, so that one place hands all of it out (R-334) and
forgets all of it (R-333, PRI-6, PRI-7).

    @kept
    class Visits(Kept):
        '''When the client came.'''

        name = "visits"
        label = _("Visits")
        columns = {"at": _("Date"), "outcome": _("State")}

        def rows(self, client): ...
        def forget(self, client, *, now): ...

A room that keeps something about people registers it in its module `personal`; nothing else has to be touched.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import User
from plusone.kernel.registry import Registry

from .models import Client

type Row = tuple[object, ...]

# What stays after an erasure, and why.
BOOKS = _("What was bought, paid, refunded and moved, because the law asks for the books; without a name.")
COUNTS = _("That there were visits, recommendations, rewards and messages, for the counts, which name nobody.")
NO_NEWS = _("If news were declined: a fingerprint of the address, so that no news go there again. The address goes.")
LOG = _("The log of what happened, by number, without a name or an address.")

GONE = "…"
SHORTEST = 2  # a single letter is in every word


class Kept:
    """One table of what is kept about a client. Rows hold texts, numbers, moments and amounts in minor units."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    columns: ClassVar[Mapping[str, str | Promise]]
    money: ClassVar[frozenset[str]] = frozenset()  # which columns are amounts
    stays: ClassVar[str | Promise] = ""  # what of it stays after an erasure, and why; "": nothing
    is_own: ClassVar[bool] = False  # handed to the person alone, not to the business

    def rows(self, client: Client) -> Iterable[Row]:
        """Return what there is, other people only by their initials."""
        raise NotImplementedError

    def forget(self, client: Client, *, now: datetime) -> None:
        """Take away what points to the person. Their name and address are still at hand."""

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Give what there is of one record of a person to another (CASES 21). Return how much that was, to be told.

        Raise Refused where the two cannot be one.
        """
        return 0

    def forget_login(self, user: User) -> None:
        """Take away what points to somebody who has no account anywhere any more."""


kept: Registry[type[Kept]] = Registry("kind of personal data")


def tables(*, own: bool) -> list[Kept]:
    """Return all of them; without `own` those that the business may hand out too."""
    return [table() for table in kept if own or not table.is_own]


def initials(client: Client | None) -> str:
    """Return what is told of another person."""
    return client.initials if client is not None else ""


def without_names(text: str, people: Iterable[Client], *, instead: str = GONE) -> str:
    """Return a text without the names and addresses of these people."""
    for one in people:
        for word in words_of(one):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text


def words_of(client: Client) -> list[str]:
    """Return what a client is known by, the longest first."""
    known = {client.full_name if client.first_name else "", client.first_name, client.last_name, client.phone}
    known |= {client.email or "", *client.last_name.split()}
    return sorted((word for word in known if len(word) >= SHORTEST), key=len, reverse=True)
