"""What a campaign tells its clients: each text to many, and the reminders that are planned."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.kernel.models import Owned

from .loop import Campaign


class Mailing(Owned):
    """One text of a campaign to many clients. Each recipient is a `Message` that carries its number, so that a
    constraint of the database lets nobody have it twice by the same channel (R-014)."""

    class Kind(models.TextChoices):
        """Why it is sent."""

        ANNOUNCEMENT = "announcement", _("Announcement")
        REMINDER = "reminder", _("Reminder")
        NEWCOMERS = "newcomers", _("Announcement to imported clients")

    class State(models.TextChoices):
        """Where it stands. An announcement stays open for who becomes eligible later."""

        QUEUED = "queued", _("Waiting for its time")
        STOPPED = "stopped", _("Stopped")
        RUNNING = "running", _("Being sent")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Left out")

    class Reason(models.TextChoices):
        """Why a reminder was left out."""

        INACTIVE = "inactive", _("The campaign was not active.")
        MISSED = "missed", _("Its time had passed by too long.")
        NO_CHANNEL = "no_channel", _("Its channels are switched off.")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="mailings", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    round = models.PositiveIntegerField()
    channels = models.JSONField(default=list)
    texts = models.JSONField(default=dict)  # as Campaign.news
    audience = models.CharField(max_length=12, default="all")
    tags = models.JSONField(default=list)  # as Reminder.tags
    reminder = models.ForeignKey("Reminder", null=True, on_delete=models.SET_NULL, related_name="runs", db_index=False)
    import_id = models.BigIntegerField(null=True)  # of a room above: it is for the clients whom that brought
    planned_at = models.DateTimeField(null=True)  # the moment of the reminder that this is the run of
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)  # why it was left out
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # everybody who was eligible then has it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind", "round"], name="referrals_mailing_round"),
            models.UniqueConstraint(
                fields=["reminder", "planned_at"], condition=Q(reminder__isnull=False), name="referrals_reminder_once"
            ),
            models.UniqueConstraint(
                fields=["campaign", "import_id"],
                condition=Q(import_id__isnull=False) & ~Q(state="stopped"),
                name="referrals_newcomers_once",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("queued", "running")), name="referrals_mailing_due")
        ]

    @property
    def may_stop(self) -> bool:
        """Nobody has it yet."""
        return self.state == self.State.QUEUED

    @property
    def is_open(self) -> bool:
        """More may be sent of it."""
        return self.state in (self.State.QUEUED, self.State.RUNNING, self.State.PAUSED)


class Reminder(Owned):
    """A text to a campaign's clients at a date, or every so many weeks until a date or without end (R-015).

    Each run is a `Mailing`. One without end rests while its campaign is not active, from the first run it misses.

    Day and time are the business's own. They become a moment only when they are due, so that a change of the clocks or
    of the business's zone leaves them what they say.
    """

    class Audience(models.TextChoices):
        """Who gets it."""

        ALL = "all", _("All clients")
        IDLE = "idle", _("Only clients who have not brought anybody yet")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reminders")
    starts_on = models.DateField()
    at = models.TimeField()
    every_weeks = models.PositiveSmallIntegerField(default=0)  # 0: once
    until = models.DateField(null=True)
    channels = models.JSONField(default=list)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.ALL)
    # Public ids of tags: only who has one of them; empty is no matter which. One that is deleted since stays here and
    # finds nobody, so that deleting a tag never widens whom a text goes to.
    tags = models.JSONField(default=list)
    texts = models.JSONField(default=dict)  # as Campaign.news
    next_on = models.DateField(null=True)  # None: no further run; without end: none until the campaign is active again
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)

    class Meta:
        # Without `until` the second half is unknown, which a constraint lets pass: repeated until somebody stops it.
        constraints = [
            models.CheckConstraint(
                condition=Q(every_weeks=0, until=None) | Q(every_weeks__gte=1, until__gte=models.F("starts_on")),
                name="referrals_reminder_ends",
            )
        ]
        indexes = [models.Index(fields=["next_on"], condition=Q(next_on__isnull=False), name="referrals_reminder_next")]

    @property
    def is_endless(self) -> bool:
        """Whether it is repeated until somebody stops it."""
        return self.every_weeks > 0 and self.until is None
