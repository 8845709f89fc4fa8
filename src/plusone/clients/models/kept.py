"""What is kept beside a client: their copies, and that they left."""

from django.db import models
from django.db.models import Q

from plusone.kernel.models import Owned

from .people import Client


class Departure(Owned):
    """That somebody with this address or phone was deleted: a salted hash, forgotten after the cooldown (CASES 27)."""

    mark = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["business", "mark"], name="clients_departed")]


class DataExport(Owned):
    """A copy of a client's data that somebody asked for: made in the background where it is large, kept for some days.

    A person may get what the business may not: `own` says for whom it was made.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    own = models.BooleanField()
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    kept_until = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    data = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "own"], condition=Q(ready_at__isnull=True), name="clients_one_export_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["kept_until"], name="clients_export_kept")]
