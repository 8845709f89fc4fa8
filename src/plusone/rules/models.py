"""What businesses want to happen, and what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.events.models import Event
from plusone.kernel.models import Business, Owned

from .vocabulary import Condition, Step


class Rule(Owned):
    """WHEN fact, IF conditions, DO actions TO whom: a rule of one business, or its choice about a default.

    `owner` names what keeps the row: empty for staff, `default:<name>` for the choice about a default (whose conditions
    and actions stay those of the code), otherwise the thing of a higher room that keeps a rule of its own.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The place for AFTER: a wait stands before the action that it delays, in `actions`.
    name = models.CharField(max_length=200)
    when = models.CharField(max_length=80)
    conditions = models.JSONField(default=list)  # [{"field": "event.total", "operator": "at_least", "value": 5000}]
    actions = models.JSONField(default=list)  # [{"do": "send_message", "to": "owner", "template": "lead_notice"}]
    owner = models.CharField(max_length=120, blank=True)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "owner"], condition=~Q(owner=""), name="rules_one_per_owner")
        ]
        indexes = [models.Index(fields=["business", "when"], name="rules_when")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The name its runs go by."""
        return self.owner if self.owner.startswith("default:") else f"rule:{self.pk}"

    def read_conditions(self) -> list[Condition]:
        """The conditions as they are asked."""
        return [Condition(**condition) for condition in self.conditions]

    def read_actions(self) -> list[Step]:
        """The actions as they are done."""
        return [Step(**step) for step in self.actions]


class Run(Owned):
    """One rule answering one event. `done` counts the actions carried out.

    `not_before`, of the machine's clock, is the end of a lease while `worker` is set, else of a pause.
    """

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Did not apply")
        FAILED = "failed", _("Failed")

    # `(event, rule)` below serves the business's and the event's questions; neither needs an index of its own.
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="runs", db_index=False)
    rule = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    worker = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "rule"], name="rules_run_once")]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="waiting"), name="rules_run_due"),
            models.Index(fields=["business", "-id"], condition=Q(state="failed"), name="rules_run_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} at event {self.event_id}"
