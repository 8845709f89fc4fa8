"""What a client bought, paid and was given."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from plusone.clients.commands import move_books, move_rows
from plusone.clients.keeping import BOOKS, Kept, Row, kept
from plusone.clients.models import Client

from .commands import move_memberships
from .models import Coupon, Dispute, GiftedDays, Membership, Order, Payment, Refund

BATCH = 500


@kept
class Orders(Kept):
    """What was ordered."""

    name = "orders"
    label = _("Orders")
    columns = {
        "at": _("Date"),
        "number": _("Number"),
        "what": _("What"),
        "state": _("State"),
        "total": _("Total"),
        "discount": _("Discount"),
        "balance_used": _("From your balance"),
        "due": _("Paid with money"),
        "refunded": _("Refunded"),
    }
    money = frozenset({"total", "discount", "balance_used", "due", "refunded"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterator[Row]:
        """Newest first."""
        for order in Order.objects.filter(client=client).order_by("-pk").prefetch_related("lines").iterator(BATCH):
            what = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines.all())
            amounts = (order.total, order.discount, order.balance_used, order.due, order.refunded)
            yield order.placed_at, order.number, what, order.state, *amounts

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Order, gone, kept)


@kept
class Payments(Kept):
    """What was paid."""

    name = "payments"
    label = _("Payments")
    columns = {"at": _("Date"), "method": _("Paid by"), "reference": _("Reference"), "amount": _("Amount")}
    money = frozenset({"amount"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = Payment.objects.filter(client=client).order_by("-pk")
        return found.values_list("at", "method", "reference", "amount").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Whose they are is said anew; no amount and no day changes."""
        return move_books(Payment, gone, kept)


@kept
class Refunds(Kept):
    """What was given back."""

    name = "refunds"
    label = _("Refunds")
    columns = {"at": _("Date"), "amount": _("Amount"), "to_balance": _("To the balance"), "reason": _("Reason")}
    money = frozenset({"amount", "to_balance"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = Refund.objects.filter(client=client).order_by("-pk")
        return found.values_list("at", "amount", "to_balance", "reason").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """Whose they are is said anew; no amount and no day changes."""
        return move_books(Refund, gone, kept)


@kept
class Disputes(Kept):
    """Which payments a bank took into question."""

    name = "disputes"
    label = _("Disputed payments")
    columns = {"at": _("Date"), "amount": _("Amount"), "reason": _("Reason"), "outcome": _("Outcome")}
    money = frozenset({"amount"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = Dispute.objects.filter(client=client).order_by("-pk")
        return found.values_list("opened_at", "amount", "reason", "outcome").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Dispute, gone, kept)


@kept
class Coupons(Kept):
    """Which coupons there were."""

    name = "coupons"
    label = _("Coupons")
    columns = {"at": _("Date"), "code": _("Code"), "amount": _("Amount"), "expires_at": _("Valid until")}
    money = frozenset({"amount"})
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first; a coupon for a share has no amount."""
        found = Coupon.objects.filter(client=client).order_by("-pk")
        return found.values_list("issued_at", "code", "amount", "expires_at").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(Coupon, gone, kept)


@kept
class Memberships(Kept):
    """Which memberships there were."""

    name = "memberships"
    label = _("Memberships")
    columns = {
        "at": _("Date"),
        "what": _("What"),
        "state": _("State"),
        "started_at": _("Active since"),
        "ends_at": _("Valid until"),
    }
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = Membership.objects.filter(client=client).order_by("-pk")
        return found.values_list("ordered_at", "type__name", "state", "started_at", "ends_at").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them, of each type that is for once as well."""
        return move_memberships(gone, kept)


@kept
class Days(Kept):
    """Which days of membership were given."""

    name = "gifted_days"
    label = _("Days of membership")
    columns = {"at": _("Date"), "days": _("Days")}
    stays = BOOKS

    def rows(self, client: Client) -> Iterable[Row]:
        """Newest first."""
        found = GiftedDays.objects.filter(client=client, withdrawn_at=None).order_by("-pk")
        return found.values_list("given_at", "days").iterator()

    def move(self, gone: Client, kept: Client, *, actor: str, now: datetime) -> int:
        """All of them."""
        return move_rows(GiftedDays, gone, kept)
