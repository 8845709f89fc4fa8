"""What happened before a registration: the links that were opened, and which of them counts (R-288).

Tokens carry a visit from page to page, signed and without a person in them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.http import base36_to_int, int_to_base36

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.models import Business

from .models import Visit
from .offers import Offer


def _signer() -> Signer:
    return Signer(salt="plusone.visit", sep=".")


def visit_token(visit_id: int) -> str:
    """Return a visit's id as pages hand it on."""
    return _signer().sign(int_to_base36(visit_id))


def visit_behind(token: str) -> int | None:
    """Return the visit that a token names, or None where it was made up."""
    try:
        return base36_to_int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None


@dataclass(frozen=True)
class Touch:
    """A client's link that was opened, and when; without a visit it is the page that is open now."""

    client: Client
    at: datetime
    visit_id: int | None = None

    def as_row(self) -> dict[str, Any]:
        """Return the touch as a referral keeps it: ids and times, no person."""
        return {"ambassador": self.client.pk, "at": self.at.isoformat()}


def touches_of(
    business: Business, path: Client | None, visit_ids: Iterable[int | None], *, now: datetime
) -> list[Touch]:
    """Return the opened links of this business that are known, oldest first; the page's own client comes last.

    Visits of other businesses, and of clients who are not active, are left out.
    """
    ids = {visit_id for visit_id in visit_ids if visit_id is not None}
    rows = dict(Visit.objects.filter(pk__in=ids, business_id=business.pk).values_list("pk", "client_id")) if ids else {}
    clients = Client.objects.filter(business=business, status=Client.Status.ACTIVE).in_bulk(list(set(rows.values())))
    found = [Touch(clients[rows[pk]], time_of_visit(pk), pk) for pk in sorted(rows) if rows[pk] in clients]
    if path is None:
        return found
    mine = [touch for touch in found if touch.client == path]
    others = [touch for touch in found if touch.client != path]
    return [*others, mine[-1] if mine else Touch(path, now)]


def winner(business: Business, offer: Offer, touches: Sequence[Touch], *, now: datetime) -> Touch | None:
    """Return the link that counts: the last or the first that is not older than the offer's days (CASES 9, 10).

    Days are the calendar days of the business.
    """
    today = clock.day_of(business, now)
    live = [t for t in touches if (today - clock.day_of(business, t.at)).days <= offer.attribution_days]
    if offer.attribution == "first_touch":
        return min(live, key=lambda touch: touch.at, default=None)
    return live[-1] if live else None


def time_of_visit(visit_id: int) -> datetime:
    """Return when a visit was made, which its id says."""
    return datetime.fromtimestamp((visit_id >> 21) / 1000, tz=UTC)
