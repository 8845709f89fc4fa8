"""What a business wants to reach (R-107). The figures themselves are not stored: they are read from rows and books."""

from django.db import models
from django.db.models import F, Q

from plusone.kernel.models import Owned


class Goal(Owned):
    """A figure that is to reach a value between two days, included. `target` is minor units for money."""

    kpi = models.CharField(max_length=40)
    target = models.BigIntegerField()
    since = models.DateField()
    until = models.DateField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "kpi", "since", "until"], name="insights_goal_once"),
            models.CheckConstraint(condition=Q(target__gt=0), name="insights_goal_positive"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="insights_goal_days"),
        ]


class HelpAnswer(Owned):
    """How often a help text answered somebody's question in a business, and how often not. Nobody is in it."""

    topic = models.CharField(max_length=40)
    yes = models.PositiveIntegerField(default=0)
    no = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "topic"], name="insights_help_once")]
