"""What lets a client in for a time or a number of visits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from plusone.clients.models import Client
from plusone.kernel.models import Owned

from .orders import Order


class MembershipType(Owned):
    """What can be sold as a membership: it recurs, or is prepaid for a time, or is a pack of uses (R-261)."""

    class Kind(models.TextChoices):
        """How it ends."""

        RECURRING = "recurring", _("Renewed each period")
        PREPAID = "prepaid", _("Paid for a time")
        PACK = "pack", _("A number of uses")

    class Period(models.TextChoices):
        """How long a paid period is: a calendar month or year from the start date."""

        MONTH = "month", _("Month")
        YEAR = "year", _("Year")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    price = models.BigIntegerField()
    period = models.CharField(max_length=8, choices=Period, blank=True)
    uses = models.PositiveIntegerField(null=True, blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    sellable = models.BooleanField(default=True)
    once_per_person = models.BooleanField(default=False, db_default=False)  # as a first visit is
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="store_membership_price_positive"),
            models.CheckConstraint(condition=~Q(kind="recurring", period=""), name="store_membership_recurs"),
            models.CheckConstraint(condition=~Q(kind="pack", uses=None), name="store_membership_pack_uses"),
        ]

    @property
    def is_recurring(self) -> bool:
        """It is renewed each period."""
        return self.kind == self.Kind.RECURRING

    @property
    def period_months(self) -> int:
        """How many calendar months a period has; 0 without one."""
        return {"month": 1, "year": 12}.get(self.period, 0)


class Membership(Owned):
    """A client's membership, with the dates of its state (REQUIREMENTS 4.5): bought by an order, or given for a source.

    Its period number n ends n periods after the start date, moved by the days that it was frozen or was given.
    """

    class State(models.TextChoices):
        """Where a membership stands."""

        PENDING_PAYMENT = "pending_payment", _("Awaiting payment")
        SCHEDULED = "scheduled", _("Begins after the one before")
        ACTIVE = "active", pgettext_lazy("membership", "Active")
        FROZEN = "frozen", _("Frozen")
        PAST_DUE = "past_due", _("Payment is due")
        ENDING = "ending", _("Ends soon")
        ENDED = "ended", pgettext_lazy("membership", "Ended")
        USED_UP = "used_up", _("Used up")
        VOID = "void", _("Void")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="memberships")
    type = models.ForeignKey(MembershipType, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="membership")
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING_PAYMENT)
    only_once = models.BooleanField(default=False, db_default=False)  # what its type said when it came
    is_new = models.BooleanField(default=False)  # no other of its type was bought with money before
    ordered_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    periods_paid = models.PositiveIntegerField(default=0)
    uses_left = models.PositiveIntegerField(null=True, blank=True)  # of a pack
    frozen_days = models.PositiveIntegerField(default=0)
    extra_days = models.PositiveIntegerField(default=0)  # given as rewards
    frozen_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)  # of what recurs: when the next renewal is due
    cancelled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="frozen") | Q(frozen_at__isnull=False), name="store_membership_frozen_since"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("pending_payment", "scheduled", "void")) | Q(started_at__isnull=False),
                name="store_membership_started",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(source_id__isnull=False), name="store_membership_from"
            ),
            models.UniqueConstraint(
                fields=["business", "source_kind", "source_id"],
                condition=Q(source_id__isnull=False),
                name="store_membership_given_once",
            ),
            models.UniqueConstraint(
                fields=["client", "type"],
                condition=Q(only_once=True) & ~Q(state="void"),
                name="store_membership_once_per_person",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="store_membership_newest"),
            models.Index(fields=["client", "-id"], name="store_membership_client"),
            models.Index(fields=["ends_at"], condition=Q(state__in=("active", "ending")), name="store_membership_due"),
            models.Index(fields=["client"], condition=Q(state="scheduled"), name="store_membership_queue"),
        ]


class MembershipUse(Owned):
    """A visit that a membership let in; what it was for stands in plain columns, once each."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="uses")
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source_kind", "source_id"], name="store_membership_use_once")
        ]


class GiftedDays(Owned):
    """Days of membership that were given to a client: added to a membership, or waiting for the next one."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="gifted_days")
    days = models.PositiveIntegerField()
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    membership = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="gifted_days"
    )
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source_kind", "source_id"], name="store_days_given_once"),
            models.CheckConstraint(condition=Q(days__gt=0), name="store_days_positive"),
        ]
        indexes = [
            models.Index(fields=["client"], condition=Q(membership=None, withdrawn_at=None), name="store_days_waiting"),
        ]
