"""Questions about visits."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business

from .models import Check, Visit


def visits_of_day(business: Business, day: date) -> QuerySet[Visit]:
    """Return the sessions that were attended on a calendar day of the business, the newest first."""
    first, end = clock.day_start(business, day), clock.day_start(business, day + timedelta(days=1))
    found = Visit.objects.filter(business=business, outcome=Visit.Outcome.ATTENDED, at__gte=first, at__lt=end)
    return found.select_related("client").order_by("-at", "-id")


def last_visit(client: Client) -> Visit | None:
    """Return the newest session that a client came to."""
    return Visit.objects.filter(client=client, outcome=Visit.Outcome.ATTENDED).order_by("-at", "-id").first()


def checks_of(client: Client) -> QuerySet[Check]:
    """Return what a client has done of what was asked, the newest first."""
    return Check.objects.filter(client=client).order_by("-at", "-id")


def has_done(client: Client, what: str, *, since: datetime | None = None, until: datetime | None = None) -> bool:
    """Say whether a client has done one thing, `since` and `until` where they are given: ticked by its name, or
    reported without one."""
    done = checks_of(client).filter(what__in=(what, ""))
    if until is not None:
        done = done.filter(at__lte=until)
    return (done if since is None else done.filter(at__gte=since)).exists()
