"""What staff write down about a client, and what they mean to do next (R-053, R-074, R-210)."""

from django.db import models

from plusone.kernel.models import Owned, User

from .people import Client


class Note(Owned):
    """What one of the team wrote about a client. A private one is for who wrote it, and for the owner."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(max_length=2000)
    is_private = models.BooleanField(default=False)
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["client", "-id"], name="clients_note_newest")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class NextStep(Owned):
    """What is to be done with a client next, and on which day of the business's calendar; one at a time."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="next_step")
    on = models.DateField()
    text = models.CharField(max_length=200)
    set_by = models.CharField(max_length=40)
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["business", "on"], name="clients_next_step_due")]

    def __str__(self) -> str:
        return f"next step {self.pk}"
