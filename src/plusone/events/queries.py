"""Questions to the log."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from plusone.kernel.models import Business

from .models import Event, Pending


def timeline(business: Business, client: int, *, before: Event | None = None) -> QuerySet[Event]:
    """What happened to a client, newest first; `before` is the last event of the page above. Slice it."""
    events = Event.objects.filter(business=business, client_id=client).order_by("-at", "-pk")
    if before is None:
        return events
    return events.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk))


def why(event: Event) -> list[Event]:
    """The event, what caused it, what caused that, up to the root: one query, however long the chain."""
    chain = Event.objects.raw(
        "WITH RECURSIVE chain(id, cause_id) AS ("
        " SELECT id, cause_id FROM events_event WHERE id = %s AND business_id = %s"
        " UNION ALL SELECT e.id, e.cause_id FROM events_event e JOIN chain ON e.id = chain.cause_id"
        ") SELECT e.* FROM events_event e JOIN chain ON chain.id = e.id ORDER BY e.depth DESC",
        [event.pk, event.business_id],
    )
    return list(chain)


def whys(business: Business, events: Sequence[Event]) -> dict[int, list[Event]]:
    """What caused each of several events, the nearest cause first, by event id: one query for all of them."""
    if not events:
        return {}
    marks = ", ".join(["%s"] * len(events))
    rows = Event.objects.raw(
        "WITH RECURSIVE chain(start, id, cause_id) AS ("  # noqa: S608 - only question marks are put in
        f" SELECT id, id, cause_id FROM events_event WHERE business_id = %s AND id IN ({marks})"
        " UNION ALL SELECT chain.start, e.id, e.cause_id FROM events_event e JOIN chain ON e.id = chain.cause_id"
        ") SELECT e.*, chain.start AS start FROM events_event e JOIN chain ON chain.id = e.id ORDER BY e.depth DESC",
        [business.pk, *(event.pk for event in events)],
    )
    found: dict[int, list[Event]] = {}
    for row in rows:
        start = vars(row)["start"]
        if start != row.pk:
            found.setdefault(start, []).append(row)
    return found


def pending_count() -> int:
    """How many events rules have still to look at, over all businesses."""
    return Pending.objects.count()
