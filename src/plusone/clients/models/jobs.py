"""Acts for many clients, and what became of each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Owned

from .people import Client


class Job(Owned):
    """One act for many clients: what, by whom, and how far it is."""

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    act = models.CharField(max_length=20)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=80, blank=True)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in (self.State.DONE, self.State.UNDONE)


class JobRow(models.Model):
    """What became of one client of a job."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Left out")
        UNDONE = "undone", _("Undone")

    class Reason(models.TextChoices):
        """Why a client was left out."""

        HAD_IT = "had_it", _("They had this tag already.")
        HAD_IT_NOT = "had_it_not", _("They did not have this tag.")
        TAG_GONE = "tag_gone", _("The tag was deleted meanwhile.")
        INVITED = "invited", _("They have not accepted the invitation yet.")
        NO_LEAD = "no_lead", _("Not a lead, so there was nothing to activate.")
        ARCHIVED = "archived", _("They are archived.")
        DELETED = "deleted", _("They were deleted meanwhile.")
        REFUSED = "refused", _("It was not possible for them as they stand.")
        STOPPED = "stopped", _("Undone before their turn came.")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "client"], name="clients_job_each_once")]
        indexes = [models.Index(fields=["job", "state", "id"], name="clients_job_next")]

    def __str__(self) -> str:
        return f"client {self.client_id} of job {self.job_id}"
