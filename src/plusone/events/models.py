"""The log, and the mark of what rules have still to look at."""

from django.db import models

from plusone.kernel.guards import append_only
from plusone.kernel.models import Business, Owned

from .facts import Fact, facts

append_only("events_event")


class Event(Owned):
    """One line of the log: what happened, to whom, because of what. Never changed, never deleted.

    `client_id` is a plain integer, because the log outlives the client and knows nothing of the rooms above it.
    """

    # Both indexes below begin with the business: its own would be a third to write for each event.
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    client_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    cause = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="effects")
    depth = models.PositiveSmallIntegerField(default=0)
    imported = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["business", "client_id", "at", "id"], name="events_of_client"),
            models.Index(fields=["business", "name", "at", "id"], name="events_of_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def fact(self) -> Fact:
        """The fact as its class declares it now: fields added since hold their default, fields gone are left out."""
        return facts[self.name].read(self.data)


class Pending(models.Model):
    """The mark of an event that rules have not looked at yet. Apart from the log, because this row goes away."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"pending #{self.pk}"
