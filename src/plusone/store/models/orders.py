"""What is sold, and what comes off its price."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.models import Owned
from plusone.kernel.money import share
from plusone.ledger.models import Hold
from plusone.ledger.models import Transfer as LedgerTransfer


class Coupon(Owned):
    """A personal code for one order of its client: a percentage or an amount off, until it expires.

    An order that uses it names it; what it was given for stands in plain columns.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="coupons")
    code = models.CharField(max_length=9)
    amount = models.BigIntegerField(null=True, blank=True)
    percent_hundredths = models.PositiveIntegerField(null=True, blank=True)
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "code"], name="store_coupon_code_once"),
            models.UniqueConstraint(fields=["business", "source_kind", "source_id"], name="store_coupon_source_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, percent_hundredths=None)
                | Q(amount=None, percent_hundredths__gt=0, percent_hundredths__lte=10_000),
                name="store_coupon_worth",
            ),
        ]
        indexes = [models.Index(fields=["client", "expires_at"], name="store_coupon_client")]

    def off(self, total: int) -> int:
        """Return what it takes off an order of `total`: a percentage half up, an amount at most the whole."""
        if self.amount is not None:
            return min(self.amount, total)
        return share(total, self.percent_hundredths or 0, 10_000)


class Order(Owned):
    """A sale. `total` is what is left after a coupon's `discount`; it is paid by `balance_used` and by `due` money.

    What was refunded stands beside it.
    """

    class State(models.TextChoices):
        """Where an order stands."""

        AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
        PAID = "paid", _("Paid")
        PARTIALLY_REFUNDED = "partially_refunded", _("Partly refunded")
        REFUNDED = "refunded", _("Refunded")
        DISPUTED = "disputed", _("Disputed")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="orders")
    state = models.CharField(max_length=20, choices=State, default=State.AWAITING_PAYMENT)
    total = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)
    balance_used = models.BigIntegerField(default=0)
    due = models.BigIntegerField()
    refunded_to_balance = models.BigIntegerField(default=0)
    refunded_to_method = models.BigIntegerField(default=0)
    coupon = models.ForeignKey(Coupon, null=True, blank=True, on_delete=models.PROTECT, related_name="orders")
    renews = models.ForeignKey(
        "store.Membership", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals"
    )
    hold = models.ForeignKey(Hold, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    redemption = models.ForeignKey(LedgerTransfer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    by_staff = models.BooleanField(default=False)
    external_id = models.CharField(max_length=160, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total=F("balance_used") + F("due")), name="store_order_adds_up"),
            models.CheckConstraint(condition=Q(due__gte=0, balance_used__gte=0), name="store_order_positive"),
            models.CheckConstraint(
                condition=Q(refunded_to_balance__lte=F("balance_used"), refunded_to_method__lte=F("due")),
                name="store_refund_within",
            ),
            # A coupon is in one order that stands: what was cancelled or ran out has released it.
            models.UniqueConstraint(
                fields=["coupon"],
                condition=Q(coupon__isnull=False) & ~Q(state__in=("cancelled", "expired")),
                name="store_coupon_used_once",
            ),
            # A period is renewed by one order at a time: two presses of the button cannot charge twice.
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(renews__isnull=False, state="awaiting_payment"),
                name="store_one_renewal_waits",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0), name="store_discount_positive"),
            models.UniqueConstraint(
                fields=["business", "external_id"], condition=Q(external_id__isnull=False), name="store_external_once"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="store_order_newest"),
            models.Index(fields=["business", "placed_at", "id"], name="store_order_placed"),
            models.Index(fields=["client", "-id"], name="store_order_client"),
            models.Index(fields=["placed_at"], condition=Q(state="awaiting_payment"), name="store_order_waiting"),
        ]

    ONCE_PAID = (State.PAID, State.PARTIALLY_REFUNDED, State.REFUNDED, State.DISPUTED)

    @property
    def settled_state(self) -> str:
        """Where a paid order stands by what was refunded of it, a dispute aside."""
        if not self.refunded:
            return self.State.PAID
        return self.State.REFUNDED if self.refunded == self.total else self.State.PARTIALLY_REFUNDED

    @property
    def is_disputed(self) -> bool:
        """The client's bank takes the payment into question."""
        return self.state == self.State.DISPUTED

    @property
    def number(self) -> str:
        """The short name of an order on screens and receipts."""
        return self.public_id[:6].upper()

    @property
    def full_price(self) -> int:
        """What it would have cost without its coupon."""
        return self.total + self.discount

    @property
    def refunded(self) -> int:
        """All that was refunded, to balance and to money."""
        return self.refunded_to_balance + self.refunded_to_method

    @property
    def refundable(self) -> int:
        """What can still be refunded."""
        return self.total - self.refunded if self.is_paid else 0

    @property
    def is_paid(self) -> bool:
        """Paid, whatever was refunded since, and whoever disputes it."""
        return self.state in self.ONCE_PAID

    @property
    def is_waiting(self) -> bool:
        """Placed and not yet paid."""
        return self.state == self.State.AWAITING_PAYMENT

    @property
    def money_left(self) -> int:
        """The money of this order that was not refunded."""
        return self.due - self.refunded_to_method if self.is_paid else 0
