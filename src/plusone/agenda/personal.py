"""What the agenda keeps about a client."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.commands import move_rows
from plusone.clients.keeping import COUNTS, Kept, Row, kept
from plusone.clients.models import Client

from . import commands
from .models import Check, Visit


@kept
class Visits(Kept):
    """When a client came, or did not."""

    name = "visits"
    label = _("Visits")
    columns = {"at": _("Date"), "outcome": _("State"), "key": _("Number"), "details": _("Details")}
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first, with what the reporting program said."""
        for visit in Visit.objects.filter(client=client).order_by("-at", "-pk").iterator():
            details = "; ".join(f"{name}: {said}" for name, said in visit.data.items())
            yield visit.at, visit.outcome, visit.key, details

    def forget(self, client: Client, *, now: datetime) -> None:
        """What may point to the person goes."""
        commands.forget_details(client.business, client.pk)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Visit, gone, kept)


@kept
class Checks(Kept):
    """What a client was asked to do and has done."""

    name = "checks"
    label = _("Checks")
    columns = {"at": _("Date"), "what": _("What was done"), "key": _("Number"), "details": _("Details")}
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first, with what the reporting program said."""
        for check in Check.objects.filter(client=client).order_by("-at", "-pk").iterator():
            details = "; ".join(f"{name}: {said}" for name, said in check.data.items())
            yield check.at, check.what, check.key, details

    def forget(self, client: Client, *, now: datetime) -> None:
        """`Visits` has taken the details of both."""

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Check, gone, kept)
