"""Whom a client recommended and who recommended them; the other one only by their initials."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.keeping import COUNTS, Kept, Row, initials, kept
from plusone.clients.models import Client

from . import commands
from .models import Referral, VisitDay

COLUMNS = {
    "at": _("Date"),
    "who": _("Who"),
    "state": _("State"),
    "reason": _("Reason"),
    "activated_at": _("Active since"),
    "source": _("Source"),
}


class Recommendations(Kept):
    """Recommendations of one direction."""

    columns = COLUMNS
    stays = COUNTS
    mine, other = "ambassador", "friend"

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first."""
        found = Referral.objects.filter(business=client.business, **{self.mine: client}).select_related(self.other)
        for one in found.order_by("-pk").iterator():
            who = initials(getattr(one, self.other))
            yield one.registered_at, who, one.state, one.reason, one.activated_at, one.source


@kept
class Made(Recommendations):
    """Friends whom the client brought."""

    name = "recommendations"
    label = _("Friends recommended")

    def forget(self, client: Client, *, now: datetime) -> None:
        """What staff wrote beside them goes, in both directions."""
        commands.forget_notes(client)

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Friends they brought are brought by the record that stays."""
        return commands.move_made(gone, kept)


@kept
class Received(Recommendations):
    """Who brought the client."""

    name = "recommended_by"
    label = _("Recommended by")
    mine, other = "friend", "ambassador"

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """One recommendation remains: that which came first."""
        return commands.move_received(gone, kept, actor=actor, now=now)


@kept
class LinkVisits(Kept):
    """How often the client's link was opened; nobody knows by whom."""

    name = "link_visits"
    label = _("How often the link was opened")
    columns = {"day": _("Day"), "visits": _("Times")}
    stays = COUNTS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        return VisitDay.objects.filter(client=client).order_by("-day").values_list("day", "visits").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Added up day by day."""
        return commands.move_link_visits(gone, kept)
