"""Keys of the API and the answers it keeps, and files of clients that are brought in."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Owned


class ApiKey(Owned):
    """A key of one business; only its hash is kept, and its first characters to tell it by."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=40)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class TeamInvitation(Owned):
    """An offer to work in a business, to one address. The row lives while it waits; what became of it is an event."""

    email = models.CharField(max_length=254)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    invited_by = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "email"], name="connect_team_invitation_once")]
        indexes = [models.Index(fields=["email"], name="connect_team_email")]


class Answer(models.Model):
    """The answer to a POST that carried an Idempotency-Key, written in the transaction of its effect (CONTRACT)."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)  # a hash of method, path and body
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="connect_answer_once")]
        indexes = [models.Index(fields=["at"], name="connect_answer_at")]


class ClientImport(Owned):
    """A file of clients that staff brought: looked at, brought in, and for a while to be taken back as a whole."""

    class State(models.TextChoices):
        """Where it stands; `checked` waits for a person, `checking`, `running` and `undoing` for the worker."""

        CHECKING = "checking", _("Being looked through")
        CHECKED = "checked", _("Looked through")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    filename = models.CharField(max_length=120)
    header = models.JSONField(default=list)  # the names of the columns
    fields = models.JSONField(default=list)  # what each column is, "" for none
    filled = models.JSONField(default=list)  # in how many lines each column says something
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    lines = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)  # lines that could not be taken back, or not in whole
    event_id = models.BigIntegerField(null=True)  # that it was begun: the cause of all that it did
    told_by = models.CharField(max_length=40, blank=True)  # who wants the campaign announced to those it adds
    invited_by = models.CharField(max_length=40, blank=True)  # who wants those it adds invited to the client area
    invite_job_id = models.BigIntegerField(null=True)  # the job that does it
    created_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField()  # then its lines are forgotten, and with them its undo
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["business", "-id"], name="connect_imports"),
            models.Index(
                fields=["kept_until"], condition=models.Q(forgotten_at__isnull=True), name="connect_imports_kept"
            ),
        ]

    @property
    def can_undo(self) -> bool:
        """Say whether what it did can still be taken back."""
        return self.state == self.State.DONE and self.forgotten_at is None

    @property
    def is_moving(self) -> bool:
        """Say whether the worker has it."""
        return self.state in (self.State.CHECKING, self.State.RUNNING, self.State.UNDOING)


class ImportLine(models.Model):
    """A line of such a file, what became of it, and what takes that back. Personal data: it is soon forgotten."""

    class Outcome(models.TextChoices):
        """What became of a line, or would."""

        CREATED = "created"
        UPDATED = "updated"
        SAME = "same"  # nothing new in it
        TWIN = "twin"  # the client of an earlier line
        FAILED = "failed"
        LEFT = "left"  # of an undone import: what happened since stays

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+", db_index=False)
    imported = models.ForeignKey(ClientImport, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    problem = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    field = models.CharField(max_length=120, blank=True)  # which are wrong, apart by spaces
    reasons = models.JSONField(default=dict)  # sentences by language
    client_id = models.BigIntegerField(null=True)
    referral_id = models.BigIntegerField(null=True)
    undo = models.JSONField(default=dict)
    written = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="connect_importline_once")]
        indexes = [
            models.Index(fields=["imported", "outcome"], name="connect_importline_outcome"),
            models.Index(fields=["business", "client_id"], name="connect_importline_client"),
        ]

    def said(self) -> list[str]:
        """Return what is to be said about it, in the reader's language."""
        sentences: list[str] = self.reasons.get((get_language() or "en")[:2]) or self.reasons.get("en") or []
        return sentences
