"""What is doubtful, who may be trusted, and where people register from (R-289, TRUST A3)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.models import Owned

from .loop import Referral


class DoubtCase(Owned):
    """Something unusual that a person decides about once, for all recommendations that belong to it (FRA-10)."""

    class State(models.TextChoices):
        """Whether it was decided, and how."""

        OPEN = "open", _("Waits for a decision")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        MOOT = "moot", _("Nothing was left to decide")

    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    reminders = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="referrals_case_decided",
            )
        ]
        indexes = [
            models.Index(fields=["business", "id"], condition=Q(state="open"), name="referrals_open_cases"),
        ]

    @property
    def is_open(self) -> bool:
        """Nobody has decided yet."""
        return self.state == self.State.OPEN


class DoubtSign(Owned):
    """What was noticed about one recommendation, and how often (CASES 76). `detail` holds counts, never a person."""

    case = models.ForeignKey(DoubtCase, on_delete=models.PROTECT, related_name="signs")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="signs")
    name = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "name"], name="referrals_sign_once")]


def waiting_members() -> models.QuerySet[DoubtSign]:
    """Return, for a query of cases, the signs of recommendations about which a decision still matters."""
    signs = DoubtSign.objects.filter(case=models.OuterRef("pk"), referral__flagged=True)
    return signs.exclude(referral__state=Referral.State.CLOSED)


class Trust(Owned):
    """That the business trusts an ambassador, or has switched their link off: who said so, when and why."""

    class Kind(models.TextChoices):
        """What was said."""

        TRUSTED = "trusted", _("Trusted")
        BLOCKED = "blocked", _("Blocked")
        PAUSED = "paused", _("Paused")  # by itself, until somebody has looked (FRA-8)

    OFF = (Kind.BLOCKED, Kind.PAUSED)  # such a link registers nobody

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="trust")
    kind = models.CharField(max_length=12, choices=Kind)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=40)


class OwnNetwork(Owned):
    """A network that the business itself uses: many registrations from there are an open day, not a machine
    (PEERS 77)."""

    cidr = models.CharField(max_length=43)
    name = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "cidr"], name="referrals_own_network_once")]


class OwnDevice(Owned):
    """A device of the business's own where its clients' friends fill in the form: the tablet at the desk (PEERS 77).

    The device keeps the signed id of this row; where the row is gone it is a device like any other. Before its first
    answer it has none yet: then `mark` tells it from others, a salted hash of the session that it was marked in.
    """

    name = models.CharField(max_length=80, blank=True)
    mark = models.CharField(max_length=64, blank=True, db_default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "mark"], condition=~models.Q(mark=""), name="referrals_own_device_once"
            )
        ]


class Arrival(Owned):
    """That somebody sent a form from a network: a salted hash of it, which names nobody and is forgotten in a day."""

    mark = models.CharField(max_length=64)
    at = models.DateTimeField()
    referral = models.ForeignKey(Referral, null=True, on_delete=models.CASCADE, related_name="arrivals")

    class Meta:
        indexes = [
            models.Index(fields=["business", "mark", "at"], name="referrals_arrived"),
            models.Index(fields=["at"], name="referrals_arrived_at"),
        ]
