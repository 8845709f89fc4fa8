"""What a client was promised and given."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.commands import move_rows
from plusone.clients.keeping import COUNTS, Kept, Row, kept
from plusone.clients.models import Client

from . import commands
from .models import Bonus, Reward


@kept
class Rewards(Kept):
    """Rewards and where they stand."""

    name = "rewards"
    label = _("Rewards")
    columns = {
        "at": _("Date"),
        "side": _("As"),
        "kind": _("Kind"),
        "amount": _("Amount"),
        "state": _("State"),
        "reason": _("Reason"),
        "granted_at": _("Granted on"),
        "note": _("Note"),
    }
    money = frozenset({"amount"})
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first."""
        for one in Reward.objects.filter(client=client).order_by("-pk").iterator():
            note = " · ".join(dict.fromkeys(filter(None, (one.declined_note, one.note))))
            yield one.promised_at, one.side, one.kind, one.amount, one.state, one.reason, one.granted_at, note

    def forget(self, client: Client, *, now: datetime) -> None:
        """What staff wrote beside them goes."""
        commands.forget_notes(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them, and what they used of limits."""
        return commands.move_rewards(gone, kept)


@kept
class Bonuses(Kept):
    """Bonuses by hand that needed a second person."""

    name = "bonuses"
    label = _("Bonuses")
    columns = {"at": _("Date"), "amount": _("Amount"), "state": _("State"), "reason": _("Reason"), "note": _("Note")}
    money = frozenset({"amount"})
    stays = COUNTS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first."""
        for one in Bonus.objects.filter(client=client).order_by("-pk").iterator():
            yield one.asked_at, one.amount, one.state, one.reason, one.note

    def forget(self, client: Client, *, now: datetime) -> None:
        """What staff wrote in them goes."""
        commands.forget_notes(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Bonus, gone, kept)
