"""Visits and checks (REQUIREMENTS 4.7: they are a source of conditions)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.models import Owned


class Visit(Owned):
    """A client came to a session, or missed it. `key` names it once for the business, whoever reports it."""

    class Outcome(models.TextChoices):
        """Whether the client came; a session that was missed counts for nothing (CASES 34)."""

        ATTENDED = "attended", _("Attended")
        MISSED = "missed", _("Missed")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    outcome = models.CharField(max_length=12, choices=Outcome)
    key = models.CharField(max_length=200)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)  # what the reporting program said of it; goes with the client's data
    marked_at = models.DateTimeField()
    marked_by = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "key"], name="agenda_visit_once")]
        indexes = [
            models.Index(fields=["client", "-at"], name="agenda_client"),
            models.Index(fields=["business", "-at"], name="agenda_business"),
        ]


class Check(Owned):
    """Something that a client was asked to do is done: a form handed in, a call made. `key` names it once.

    `what` are the owner's words for it; empty where another program said of a client that all is done.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="checks")
    what = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=200)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)  # as Visit.data
    marked_at = models.DateTimeField()
    marked_by = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "key"], name="agenda_check_once")]
        indexes = [models.Index(fields=["client", "-at"], name="agenda_check_client")]
