"""What an order consists of, how it was paid, and what became of the money."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.guards import append_only
from plusone.kernel.models import Owned

from .memberships import MembershipType
from .orders import Order
from .products import Product


class OrderLine(models.Model):
    """One product or membership of an order, with the name and price it had that day."""

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    membership_type = models.ForeignKey(
        MembershipType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=120)
    unit_price = models.BigIntegerField()
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="store_line_quantity")]

    @property
    def total(self) -> int:
        """Price times quantity."""
        return self.unit_price * self.quantity


class Payment(Owned):
    """Money that came in for an order. One an order; never changed."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="payment")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="payments")
    method = models.CharField(max_length=20)
    reference = models.CharField(max_length=120, blank=True)
    amount = models.BigIntegerField()
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="store_payment_positive")]
        indexes = [
            models.Index(fields=["business", "at"], name="store_payment_at"),
            models.Index(fields=["client"], name="store_payment_client"),
        ]


class Refund(Owned):
    """What was given back of an order, once each; never changed."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    to_balance = models.BigIntegerField()
    to_method = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount=F("to_balance") + F("to_method")), name="store_refund_adds_up"
            )
        ]
        indexes = [
            models.Index(fields=["business", "at"], name="store_refund_at"),
            models.Index(fields=["client"], name="store_refund_client"),
        ]


class Dispute(Owned):
    """A payment that the client's bank takes into question (R-254). Once an order; it ends won or lost."""

    class Outcome(models.TextChoices):
        """How it ended for the business."""

        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="dispute")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="disputes")
    amount = models.BigIntegerField()  # the money that was in the order then
    reason = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=40)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | Q(outcome__in=("won", "lost"), closed_at__isnull=False),
                name="store_dispute_ended",
            )
        ]
        indexes = [
            models.Index(fields=["business", "id"], condition=Q(outcome=""), name="store_dispute_open"),
            models.Index(fields=["client"], name="store_dispute_client"),
        ]

    @property
    def is_open(self) -> bool:
        """Nobody knows yet how it ends."""
        return not self.outcome


append_only("store_payment", "store_refund")
