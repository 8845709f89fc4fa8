"""What the agenda does by itself."""

from datetime import datetime

from plusone.clients.models import Client
from plusone.events.models import Event
from plusone.events.reactions import reaction
from plusone.kernel.models import Business
from plusone.store import commands as store

from .events import SessionAttended, SessionUnmarked, VisitFact
from .models import Visit


@reaction(SessionAttended)
def use_membership(business: Business, event: Event, fact: VisitFact, now: datetime) -> None:
    """A visit takes a use of its client's pack, where no membership covers it by time."""
    visit = Visit.objects.select_related("client").get(business=business, pk=fact.visit)
    store.use_membership(visit.client, source=("visit", visit.pk), at=visit.at, actor=event.actor, now=now)


@reaction(SessionUnmarked)
def return_use(business: Business, event: Event, fact: VisitFact, now: datetime) -> None:
    """A visit that was none gives its use back."""
    assert event.client_id is not None
    client = Client(pk=event.client_id, business=business)
    store.return_use(client, source=("visit", fact.visit), actor=event.actor, now=now)
