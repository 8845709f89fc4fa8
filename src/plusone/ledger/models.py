"""Double entry, append only (DESIGN 5). What is only appended and what changes are in tables of their own.

Appended: Transfer, Entry, Lot, LotUse, LotNotice (a database trigger refuses UPDATE and DELETE). Changing:
AccountBalance, LotBalance, Hold. Clients are plain integers here. Amounts are minor units of the business's one
currency.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plusone.kernel.guards import append_only
from plusone.kernel.models import Owned


class Account(Owned):
    """A place value sits in: a client's balance, what a client owes, or one of the business's own (client 0)."""

    class Kind(models.TextChoices):
        """What the account is for."""

        CLIENT = "client"
        DEBT = "debt"
        REWARDS = "rewards"
        SALES = "sales"
        ADJUSTMENTS = "adjustments"
        OPENINGS = "openings"
        EXPIRED = "expired"
        TRANSFERS = "transfers"

    kind = models.CharField(max_length=20, choices=Kind)
    client_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "client_id", "kind"], name="ledger_account_once")]


class AccountBalance(models.Model):
    """What a client's account holds now. Only accounts with a floor have one, so nothing of the business's is hot."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="now")
    posted = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0), name="ledger_held_positive"),
            models.CheckConstraint(condition=Q(posted__gte=F("held")), name="ledger_available_positive"),
        ]


class Transfer(Owned):
    """Value moved between two accounts, once per `key`. Never changed: a mistake is undone by another, with a

    reason.
    """

    class Kind(models.TextChoices):
        """The kinds of movement that a client reads (CONTRACT)."""

        EARN = "earn", _("Reward")
        ADJUST = "adjust", _("Adjustment")
        REDEEM = "redeem", _("Used in the store")
        RENEWAL = "renewal", _("Used for a renewal")
        REVERSAL = "reversal", _("Given back")
        EXPIRE = "expire", _("Expired")
        REVOKE = "revoke", _("Taken back")
        TRANSFER = "transfer", _("Moved")
        OPENING = "opening", _("Opening balance")
        DEBT = "debt", _("Still owed")

    key = models.CharField(max_length=120)
    inputs = models.CharField(max_length=64)  # a hash of what the key was first used for
    kind = models.CharField(max_length=12, choices=Kind)
    client_id = models.BigIntegerField()
    amount = models.BigIntegerField()  # what the client's account gained (+) or lost (−)
    reason = models.CharField(max_length=200, blank=True)
    ref_kind = models.CharField(max_length=20, blank=True)  # "reward", "order"
    ref_id = models.BigIntegerField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")
    actor = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="ledger_transfer_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_transfer_moves"),
        ]
        indexes = [
            models.Index(fields=["business", "client_id", "id"], name="ledger_transfer_client"),
            models.Index(fields=["business", "kind", "at"], name="ledger_transfer_kind"),
            models.Index(fields=["business", "ref_kind", "ref_id"], name="ledger_transfer_ref"),
        ]

    @property
    def pays_debt(self) -> bool:
        """Whether it pays what its client owed, out of what came in; to the books it is one that takes back."""
        return self.kind == self.Kind.REVOKE and not self.ref_kind and self.key.endswith((":owed", ":owed:paid"))

    @property
    def what(self) -> str:
        """What it was, in the active language."""
        return str(_("Paid what was owed")) if self.pays_debt else str(self.get_kind_display())

    @property
    def why(self) -> str:
        """Its reason, where that says more than what it was."""
        return "" if self.pays_debt else self.reason


class Entry(models.Model):
    """One side of a transfer. The entries of a transfer sum to zero; `running` is a client's balance after it."""

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()
    running = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["transfer", "account"], name="ledger_entry_once")]


class Origin(models.TextChoices):
    """Where credit comes from: it was given, or its client paid it in (R-258). What was given is used first, in this
    order of the codes, since money that was paid in is its client's own (CASES 73)."""

    GRANTED = "granted", _("Given")
    PAID = "paid", _("Paid in")


class Lot(models.Model):
    """Credit that came at once and expires at once (`expires_at`, null: never)."""

    business = models.ForeignKey("kernel.Business", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lots")
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.GRANTED, db_default=Origin.GRANTED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_lot_positive"),
            models.CheckConstraint(
                condition=Q(origin="granted") | Q(origin="paid", expires_at=None), name="ledger_lot_paid_stays"
            ),
        ]


class LotBalance(models.Model):
    """What of a lot is left, and what of that is held. Account, expiry and origin stand here too, for one indexed
    look."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, primary_key=True, related_name="now")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True)
    remaining = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.GRANTED, db_default=Origin.GRANTED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__gte=0), name="ledger_lot_held_positive"),
            models.CheckConstraint(condition=Q(remaining__gte=F("held")), name="ledger_lot_available_positive"),
        ]
        indexes = [
            models.Index(fields=["account", "expires_at"], condition=Q(remaining__gt=0), name="ledger_lot_live"),
            models.Index(fields=["expires_at"], condition=Q(remaining__gt=0), name="ledger_lot_due"),
        ]


class LotUse(models.Model):
    """What a transfer took from a lot (+) or gave back to it (−)."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lot_uses")
    amount = models.BigIntegerField()


class LotNotice(models.Model):
    """That the day came, `days` before a lot's end, on which its client is told of it: once for each lot and number."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="notices")
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "days"], name="ledger_lot_notice_once")]


class Hold(Owned):
    """Balance that an order has reserved: neither spendable nor spent until it is captured or released."""

    class State(models.TextChoices):
        """A hold ends once."""

        OPEN = "open"
        CAPTURED = "captured"
        RELEASED = "released"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    client_id = models.BigIntegerField()
    key = models.CharField(max_length=120)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    ref_kind = models.CharField(max_length=20, blank=True)
    ref_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="ledger_hold_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_hold_positive"),
        ]


class HoldLot(models.Model):
    """From which lots a hold reserves. What is held does not expire."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()


append_only("ledger_transfer", "ledger_entry", "ledger_lot", "ledger_lotuse", "ledger_lotnotice")
