"""Whether friends stay: who came once, earned a reward, and was not seen again (TRUST A3, minimum and leave).

It is a number to look at and nothing else: it holds no reward, since people stop for reasons of their own.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, fields

from plusone.agenda.models import Visit
from plusone.clients.models import Client
from plusone.kernel.models import Business
from plusone.store.models import Membership, Payment

from .models import Referral

WITHIN = timedelta(days=30)
OFTEN, OFTEN_SHARE = 3, 0.6


@dataclass(frozen=True)
class Staying:
    """Of an ambassador's friends who became clients 30 days ago or before: how many, and who was not seen again."""

    friends: int
    gone: tuple[int, ...]

    @property
    def is_unusual(self) -> bool:
        """More of them left at once than people do."""
        return len(self.gone) >= OFTEN and len(self.gone) >= OFTEN_SHARE * self.friends


def staying(business: Business, *, ambassador: Client | None = None, now: datetime) -> dict[int, Staying]:
    """Return how the friends of each ambassador stayed, by ambassador, in one query.

    Who paid or came again within 30 days of becoming a client has stayed, and so has who holds a membership.
    """
    until = ExpressionWrapper(OuterRef("activated_at") + WITHIN, output_field=fields.DateTimeField())
    later = {"client": OuterRef("friend"), "at__gt": OuterRef("activated_at"), "at__lte": until}
    held = Membership.objects.filter(client=OuterRef("friend"), state__in=("active", "frozen", "ending"))
    rows = Referral.objects.filter(business=business, activated_at__lte=now - WITHIN).annotate(
        came=Exists(Visit.objects.filter(**later, outcome=Visit.Outcome.ATTENDED)),
        paid=Exists(Payment.objects.filter(**later)),
        holds=Exists(held),
    )
    if ambassador is not None:
        rows = rows.filter(ambassador=ambassador)
    counts: dict[int, int] = defaultdict(int)
    gone: dict[int, list[int]] = defaultdict(list)
    found = rows.order_by("pk").values_list("ambassador_id", "pk", F("came"), F("paid"), F("holds"))
    for key, referral, *stayed in found:
        counts[key] += 1
        if not any(stayed):
            gone[key].append(referral)
    return {key: Staying(number, tuple(gone[key])) for key, number in counts.items()}
