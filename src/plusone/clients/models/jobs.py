"""Acts for many clients, and what became of each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Owned

from .people import Client


class Job(Owned):
    """One act for many clients: what, by whom, and how far it is."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting for its time")
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
    due_at = models.DateTimeField(null=True, blank=True)  # until then it can be stopped as if it had never been
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="clients_job_due")]

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

        SAME = "same", _("They were looked after like this already.")
        PROFESSIONAL_GONE = "no_pro", _("Whoever was to look after them has left the team.")
        NOT_ARCHIVED = "not_archived", _("They were not archived.")
        NO_CONSENT = "no_consent", _("They do not want news and promotions.")
        NO_ADDRESS = "no_address", _("There is no address to write to.")
        LETTERS = "letters", _("There are letters before the @ to which no mail can be sent.")
        CHANNEL_OFF = "channel_off", _("The channel is switched off.")
        BLOCKED = "blocked", _("Their address does not take our mails.")
        WEEKLY_MAX = "weekly_max", _("They were sent enough promotions this week.")
        HAD_IT = "had_it", _("They had this tag already.")
        HAD_IT_NOT = "had_it_not", _("They did not have this tag.")
        TAG_GONE = "tag_gone", _("The tag was deleted meanwhile.")
        INVITED = "invited", _("They have not accepted the invitation yet.")
        NO_ACCESS = "no_access", _("They may not log in.")
        TOO_OFTEN = "too_often", _("Enough mails went to their address today.")
        LOGGED_IN = "logged_in", _("They have logged in already.")
        NO_LEAD = "no_lead", _("Not a lead, so there was nothing to activate.")
        NOT_A_LEAD = "not_a_lead", _("Not a lead, and only leads are deleted like this.")
        ARCHIVED = "archived", _("They are archived.")
        DELETED = "deleted", _("They were deleted meanwhile.")
        REFUSED = "refused", _("It was not possible for them as they stand.")
        STOPPED = "stopped", _("Undone before their turn came.")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    had = models.BigIntegerField(null=True)  # what an undo gives back: the number of who looked after them

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "client"], name="clients_job_each_once")]
        indexes = [models.Index(fields=["job", "state", "id"], name="clients_job_next")]

    def __str__(self) -> str:
        return f"client {self.client_id} of job {self.job_id}"
