"""Leads, clients and ambassadors: M-1 to M-4, M-11, M-12."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Value, When
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.insights import population
from plusone.insights.scope import Scope
from plusone.referrals.models import Referral

from .base import SAID, Column, Figure, Kpi, Number, Part, Row, kpis, person, ratio, total

ACTIVE_DAYS = 90
LEAD = Column("client", _("Lead"), "person")
CLIENT = Column("client", _("New client"), "person")
REFERRER = Column("ambassador", SAID["ambassador"], "person")
STATUS = Column("status", _("Status"), "choice", dict(Client.Status.choices))
VIA = Column(
    "via", _("Activated"), "choice", {"manual": _("By hand"), "purchase": _("By a purchase"), "": _("Not yet")}
)


def _people(at: str) -> dict[str, Any]:
    cells: dict[str, Any] = {"id": F("id"), "at": F(at), "status": F("friend__status"), "via": F("via")}
    return cells | person("client", "friend") | person("ambassador", "ambassador")


@kpis
class RegisteredLeads(Kpi):
    """People who registered through a recommendation."""

    name = "registered_leads"
    code = "M-1"
    label = _("Registered leads")
    definition = _(
        "Friends who completed their registration in this time. Those who became clients, were archived or were deleted"
        " since still count; rejected recommendations do not."
    )
    columns = (Column("at", _("Registered on"), "day"), LEAD, STATUS, REFERRER)

    def parts(self, scope: Scope) -> list[Part]:
        """Return the referrals registered on these days."""
        rows = population.counted(scope).filter(scope.during("registered_at"))
        return [Part(rows, Value(1), _people("registered_at"))]


@kpis
class OpenLeads(Kpi):
    """People who registered and are still leads."""

    name = "open_leads"
    code = "M-2"
    label = _("Open leads")
    definition = _("Recommended friends who are leads at the end of this time: not active, not archived, not deleted.")
    columns = (Column("at", _("Registered on"), "day"), LEAD, REFERRER)
    at_end = True
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the referrals whose friend is a lead."""
        return [Part(population.open_leads(scope), Value(1), _people("registered_at"))]


@kpis
class ActivatedClients(Kpi):
    """Leads who became clients, by hand or by a purchase (Q-02)."""

    name = "activated_clients"
    code = "M-3"
    label = _("Activated clients")
    definition = _(
        "Recommended friends who became active clients in this time, by hand or by a purchase, too late for a reward or"
        " not. Only the first activation counts, and archiving later does not undo it."
    )
    columns = (Column("at", _("Active since"), "day"), CLIENT, VIA, REFERRER)
    more_labels = {"manual": _("By hand"), "purchase": _("By a purchase")}

    def parts(self, scope: Scope) -> list[Part]:
        """Return the referrals activated on these days."""
        rows = population.counted(scope).filter(scope.during("activated_at"))
        return [Part(rows, Value(1), _people("activated_at"))]

    def totals(self, scope: Scope) -> list[Any]:
        """Return all, and those of each way."""
        part = self.parts(scope)[0]
        ways = [total([Part(part.rows.filter(via=way), Value(1))]) for way in self.more_labels]
        return [total([part]), *ways]


@kpis
class ReturnedClients(Kpi):
    """Former clients who came back because a client recommended it (Q-10)."""

    name = "returned_clients"
    label = _("Former clients who came back")
    definition = _(
        "Former clients whom a client invited back and who became active again in this time. They are no new clients,"
        " so no other figure of people counts them; rewards for them are among the rewards."
    )
    columns = (Column("at", _("Active since"), "day"), CLIENT, VIA, REFERRER)

    def parts(self, scope: Scope) -> list[Part]:
        """Return the returns of these days."""
        rows = population.returned(scope).filter(scope.during("activated_at"))
        return [Part(rows, Value(1), _people("activated_at"))]


@kpis
class DeletedLeads(Kpi):
    """Leads that were removed before they became clients."""

    name = "deleted_leads"
    code = "M-4"
    label = _("Deleted leads")
    definition = _(
        "Recommended leads that were deleted in this time before they became clients. The count stays, the person's"
        " data does not. Archived leads have a figure of their own."
    )
    columns = (Column("at", _("Deleted on"), "day"), LEAD, REFERRER)
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the referrals of leads who were deleted on these days."""
        rows = population.counted(scope).filter(
            scope.during("friend__deleted_at"), activated_at=None, friend__activated_at=None
        )
        return [Part(rows, Value(1), _people("friend__deleted_at"))]


@kpis
class ArchivedLeads(Kpi):
    """Leads that were put aside: with them M-2 is what registered, without those who became clients or were deleted."""

    name = "archived_leads"
    label = _("Archived leads")
    definition = _(
        "Recommended friends who never became clients and are archived at the end of this time. Bringing one back makes"
        " them an open lead again."
    )
    columns = (Column("at", _("Registered on"), "day"), LEAD, REFERRER)
    at_end = True
    goal = False

    def parts(self, scope: Scope) -> list[Part]:
        """Return the referrals whose friend is archived and never was a client."""
        return [Part(population.archived_leads(scope), Value(1), _people("registered_at"))]


@kpis
class Ambassadors(Kpi):
    """Clients who brought somebody (R-061)."""

    name = "ambassadors"
    code = "M-11"
    label = _("Ambassadors")
    definition = _(
        "Clients with at least one registered friend by the end of this time. Active ambassadors had one in the last"
        " 90 days."
    )
    columns = (
        Column("client", _("Ambassador"), "person"),
        Column("at", _("Last friend on"), "day"),
        Column("friends", _("Friends"), "count"),
    )
    more_labels = {"active": _("Active in the last 90 days")}
    at_end = True

    def parts(self, scope: Scope) -> list[Part]:
        """Return the clients who recommended a friend by the end."""
        friends = population.counted(scope).filter(scope.by_end("registered_at"))
        rows = Client.objects.filter(pk__in=friends.values("ambassador"), business=scope.business)
        # For a row's cells without the business, so that each looks up its own few referrals by their index.
        mine = Referral.objects.filter(scope.by_end("registered_at"), ambassador=OuterRef("pk"))
        mine = mine.exclude(reason=Referral.Reason.REJECTED).order_by()
        mine = mine.filter(campaign=scope.campaign) if scope.campaign else mine
        cells: dict[str, Any] = {
            "id": F("id"),
            "at": mine.order_by("-registered_at").values("registered_at")[:1],
            "friends": mine.values("ambassador").annotate(number=Count("id")).values("number"),
            "client_id": F("public_id"),
            "client_first": F("first_name"),
            "client_last": F("last_name"),
        }
        return [Part(rows, Value(1), cells)]

    def totals(self, scope: Scope) -> list[Any]:
        """Return all, and those with a friend of the last 90 days."""
        since = scope.moment - timedelta(days=ACTIVE_DAYS)
        lately = population.counted(scope).filter(scope.by_end("registered_at"), registered_at__gte=since)
        rows = Client.objects.filter(pk__in=lately.values("ambassador"), business=scope.business)
        return [total(self.parts(scope)), total([Part(rows, Value(1))])]


@kpis
class ConversionRate(Kpi):
    """How many of those who registered became clients."""

    name = "conversion_rate"
    code = "M-12"
    label = _("Conversion rate")
    definition = _(
        "Of the friends who registered in this time, the share who have become active clients by now. The same people"
        " are counted above and below the line."
    )
    unit = "ratio"
    columns = (Column("at", _("Registered on"), "day"), LEAD, VIA, REFERRER)

    def parts(self, scope: Scope) -> list[Part]:
        """Return the registrations of these days; each adds 1 where it was activated."""
        rows = population.counted(scope).filter(scope.during("registered_at"))
        done = Case(When(activated_at__isnull=False, then=Value(1)), default=Value(0), output_field=IntegerField())
        return [Part(rows, done, _people("registered_at"))]

    def totals(self, scope: Scope) -> list[Any]:
        """Return the activated, and all."""
        part = self.parts(scope)[0]
        return [total([part]), total([Part(part.rows, Value(1))])]

    def read(self, numbers: Sequence[int]) -> Figure:
        """Divide."""
        return Figure(ratio(numbers[0], numbers[1]), {})

    def sum(self, rows: Iterable[Row]) -> Number:
        """Divide the rows that were activated by all."""
        done = [row.n for row in rows]
        return ratio(sum(done), len(done))
