"""What makes rules run, and whom every rule can be aimed at, whatever rooms there are."""

import itertools
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Collaborator
from plusone.kernel.queue.sweeps import sweep

from . import engine
from .vocabulary import Moment, Person, Who, whos

_sweeps = itertools.count()


@sweep(every_seconds=0.5)
def run_rules(now: datetime) -> int:
    """Answer what has happened; at first, take over from a worker that may have been killed before this one."""
    if next(_sweeps) == 0:
        engine.free_the_dead()
    return engine.work(now)


@whos
class Client(Who):
    """The client that the event is about."""

    name, label = "client", _("The client")

    def people(self, moment: Moment) -> list[Person]:
        """Return that client, if the event is about one."""
        return [] if moment.event.client_id is None else [Person(client=moment.event.client_id)]


@whos
class Owner(Who):
    """Whoever owns the business."""

    name, label = "owner", _("The owner")

    def people(self, moment: Moment) -> list[Person]:
        """Return the collaborators with the role of owner."""
        return _collaborators(moment, role="owner")


@whos
class Staff(Who):
    """Everybody who works in the business."""

    name, label = "staff", _("The whole team")

    def people(self, moment: Moment) -> list[Person]:
        """Return all collaborators."""
        return _collaborators(moment)


def _collaborators(moment: Moment, **filters: str) -> list[Person]:
    users = Collaborator.objects.filter(business=moment.business, user__is_active=True, **filters)
    return [Person(user=user) for user in users.order_by("pk").values_list("user_id", flat=True)]
