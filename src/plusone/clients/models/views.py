"""Filters of the client list that a business keeps as tabs (R-075)."""

from django.db import models

from plusone.kernel.models import Owned


class SavedView(Owned):
    """A filter with a name; its query is what stands in the list's address."""

    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1500)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "name"], name="clients_view_once")]

    def __str__(self) -> str:
        return self.name
