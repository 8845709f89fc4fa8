"""What is sold and what was paid (REQUIREMENTS 2.5, 4.6). Amounts are minor units of the business's currency."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plusone.clients.models import Client
from plusone.kernel.guards import append_only
from plusone.kernel.models import Owned
from plusone.kernel.money import share
from plusone.ledger.models import Hold
from plusone.ledger.models import Transfer as LedgerTransfer


class Product(Owned):
    """A thing sold once. `archived_at`: no longer for sale, still named in old orders."""

    class Visibility(models.TextChoices):
        """Who sees it in the store; staff sell everything at the desk (R-251)."""

        EVERYONE = "everyone", _("Clients and leads")
        CLIENTS = "clients", _("Clients only")
        HIDDEN = "hidden", _("Nobody: sold at the desk only")

    name = models.CharField(max_length=120)
    price = models.BigIntegerField()
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.EVERYONE)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="store_price_positive")]


class Picture(models.Model):
    """A product's picture, re-encoded and small, kept in the database so that a backup is one file and any machine can
    serve it."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="picture")
    data = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    version = models.CharField(max_length=22)


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
        """Paid, whatever was refunded since."""
        return self.state in (self.State.PAID, self.State.PARTIALLY_REFUNDED, self.State.REFUNDED)

    @property
    def is_waiting(self) -> bool:
        """Placed and not yet paid."""
        return self.state == self.State.AWAITING_PAYMENT

    @property
    def money_left(self) -> int:
        """The money of this order that was not refunded."""
        return self.due - self.refunded_to_method if self.is_paid else 0


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
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="store_membership_price_positive"),
            models.CheckConstraint(condition=~Q(kind="recurring", period=""), name="store_membership_recurs"),
            models.CheckConstraint(condition=~Q(kind="pack", uses=None), name="store_membership_pack_uses"),
        ]

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
        ACTIVE = "active", _("Active")
        FROZEN = "frozen", _("Frozen")
        PAST_DUE = "past_due", _("Payment is due")
        ENDING = "ending", _("Ends soon")
        ENDED = "ended", _("Ended")
        USED_UP = "used_up", _("Used up")
        VOID = "void", _("Void")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="memberships")
    type = models.ForeignKey(MembershipType, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="membership")
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING_PAYMENT)
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
                condition=Q(state__in=("pending_payment", "void")) | Q(started_at__isnull=False),
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
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="store_membership_newest"),
            models.Index(fields=["client", "-id"], name="store_membership_client"),
            models.Index(fields=["ends_at"], condition=Q(state__in=("active", "ending")), name="store_membership_due"),
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


append_only("store_payment", "store_refund")
