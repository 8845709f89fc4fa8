"""Questions about balances and the books."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from plusone.kernel import clock
from plusone.kernel.models import Business

from .models import Account, AccountBalance, Entry, HoldLot, Lot, LotBalance, LotUse, Origin, Transfer

K = Transfer.Kind
OWED, LOTS = ":owed", ":lots"  # beside the kinds of transfers
ZERO = Value(0, output_field=BigIntegerField())


@dataclass(frozen=True)
class Balance:
    """A client's balance at a moment, minor units. `available = earned − redeemed − expired − revoked − held`, never
    below 0. `paid_in` is what of the available the client paid in; it is used last (CASES 73).

    `earned` counts adjustments, openings and transfers; `redeemed` is net of what was given back; `owed` is a debt.
    """

    available: int = 0
    held: int = 0
    earned: int = 0
    redeemed: int = 0
    expired: int = 0
    revoked: int = 0
    owed: int = 0
    paid_in: int = 0

    @property
    def has_history(self) -> bool:
        """Say whether anything ever moved (Q-08)."""
        return any((self.earned, self.redeemed, self.expired, self.revoked, self.held, self.owed))


def balance_of(business: Business, client_id: int, *, now: datetime) -> Balance:
    """Return a client's balance. A lot whose end has come counts as expired, swept or not (CONTRACT)."""
    return balances_of(business, [client_id], now=now).get(client_id, Balance())


def balances_of(business: Business, client_ids: Iterable[int], *, now: datetime) -> dict[int, Balance]:
    """Return the balances of several clients, in one query. Clients without movements are left out."""
    wanted = list(client_ids)
    accounts = Account.objects.filter(business=business, client_id__in=wanted)
    moved = Transfer.objects.filter(business=business, client_id__in=wanted).values("client_id")
    owed = Entry.objects.filter(account__in=accounts.filter(kind=Account.Kind.DEBT)).values("account__client_id")
    # What a lot holds is what the account holds (`faults` checks it), so one look at the lots tells both.
    lots = LotBalance.objects.filter(account__in=accounts, remaining__gt=0).values("account__client_id")
    free = F("remaining") - F("held")
    rows = _summed(moved, F("kind"), Sum("amount")).union(
        _summed(owed, Value(OWED), -Sum("amount")),
        _summed(
            lots,
            Value(LOTS),
            Sum("held"),
            Sum(free, filter=Q(expires_at__lte=now), default=0),
            Sum(free, filter=Q(origin=Origin.PAID), default=0),
        ),
        all=True,
    )
    found: dict[int, dict[str, tuple[int, int, int]]] = {}
    for client_id, what, *amounts in rows:
        found.setdefault(client_id, {})[what] = (amounts[0], amounts[1], amounts[2])
    return {client_id: _balance(parts) for client_id, parts in found.items()}


def _summed(
    rows: QuerySet[Any, Any], what: Any, first: Any, second: Any = ZERO, third: Any = ZERO
) -> QuerySet[Any, Any]:
    """Put the sums of one table into the columns of all: whose, of what, and up to three amounts."""
    amounts = {"first": Cast(first, BigIntegerField()), "second": second, "third": third}
    found: QuerySet[Any, Any] = rows.annotate(what=Cast(what, CharField()), **amounts).order_by()
    return found.values_list(*rows.query.values_select, "what", *amounts)


def _balance(parts: dict[str, tuple[int, int, int]]) -> Balance:
    kinds = {what: first for what, (first, _second, _third) in parts.items()}
    held, overdue, paid = parts.get(LOTS, (0, 0, 0))
    owed = kinds.get(OWED, 0)
    earned = sum(kinds.get(kind, 0) for kind in (K.EARN, K.ADJUST, K.OPENING, K.TRANSFER))
    redeemed = -sum(kinds.get(kind, 0) for kind in (K.REDEEM, K.RENEWAL, K.REVERSAL))
    expired = overdue - kinds.get(K.EXPIRE, 0)
    revoked = -kinds.get(K.REVOKE, 0)
    available = earned - redeemed - expired - revoked - held
    assert available >= 0, "a balance fell below zero"
    return Balance(
        available=available, held=held, earned=earned, redeemed=redeemed, expired=expired, revoked=revoked, owed=owed,
        paid_in=paid,
    )  # fmt: skip


def openings_of(business: Business, client_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return by client what of opening balances stands, and how often one was written. Those without are left out."""
    found = Transfer.objects.filter(business=business, client_id__in=list(client_ids), kind=K.OPENING)
    sums = found.values_list("client_id").annotate(stands=Sum("amount"), times=Count("id", filter=Q(amount__gt=0)))
    return {client_id: (stands, times) for client_id, stands, times in sums.order_by()}


def movements_of(business: Business, client_id: int) -> QuerySet[Entry]:
    """Return a client's movements, newest first, each with its transfer, and when what it brought expires."""
    lots = Lot.objects.filter(transfer=OuterRef("transfer")).order_by("id")
    return (
        Entry.objects.filter(business=business, account__client_id=client_id, account__kind=Account.Kind.CLIENT)
        .select_related("transfer", "transfer__reverses")
        .annotate(expires_at=Subquery(lots.values("expires_at")[:1]))
        .order_by("-id")
    )


def endings_of(business: Business, client_id: int, *, now: datetime) -> list[tuple[date, int]]:
    """Return what of a client's balance expires on which of the business's days, the next first."""
    lots = LotBalance.objects.filter(
        account__business=business, account__client_id=client_id, remaining__gt=F("held"), expires_at__gt=now
    )
    found: dict[date, int] = {}
    for ends, free in lots.order_by("expires_at").values_list("expires_at", F("remaining") - F("held")):
        day = clock.day_of(business, ends)
        found[day] = found.get(day, 0) + free
    return list(found.items())


def outstanding(business: Business, *, now: datetime) -> int:
    """Return the sum of all available balances of a business now (M-9)."""
    accounts = Account.objects.filter(business=business, kind=Account.Kind.CLIENT)
    totals = AccountBalance.objects.filter(account__in=accounts).aggregate(total=Sum(F("posted") - F("held")))
    overdue = LotBalance.objects.filter(account__in=accounts, remaining__gt=0, expires_at__lte=now).aggregate(
        total=Sum(F("remaining") - F("held"))
    )
    return int(totals["total"] or 0) - int(overdue["total"] or 0)


def faults(business: Business) -> list[str]:
    """Return what is wrong in the books of a business, in plain sentences; an empty list when they are right.

    Checks that every transfer and the whole sum to zero, that each running balance equals its entries and its lots, and
    that each hold is covered. Used by the tests, the demo and `doctor`.
    """
    found = []
    entries = Entry.objects.filter(business=business)
    if entries.aggregate(total=Sum("amount"))["total"]:
        found.append("the entries of the business do not sum to zero")
    uneven = entries.values("transfer").annotate(total=Sum("amount")).exclude(total=0).count()
    if uneven:
        found.append(f"{uneven} transfers do not sum to zero")
    lots = dict(
        LotBalance.objects.filter(account__business=business)
        .values_list("account")
        .annotate(total=Sum("remaining"))
        .values_list("account", "total")
    )
    lots_held = dict(
        LotBalance.objects.filter(account__business=business)
        .values_list("account")
        .annotate(total=Sum("held"))
        .values_list("account", "total")
    )
    sums = dict(
        entries.filter(account__kind=Account.Kind.CLIENT)
        .values_list("account")
        .annotate(total=Sum("amount"))
        .values_list("account", "total")
    )
    for balance in AccountBalance.objects.filter(account__business=business):
        if balance.posted != sums.get(balance.account_id, 0):
            found.append(
                f"account {balance.account_id} says {balance.posted}, its entries say {sums.get(balance.account_id, 0)}"
            )
        if balance.posted != lots.get(balance.account_id, 0) or balance.held != lots_held.get(balance.account_id, 0):
            found.append(f"account {balance.account_id} and its lots disagree")
    return found


def has_drifted() -> bool:
    """Say whether any balance is not the sum of its entries, or any transfer does not sum to zero, in all businesses.

    The quick question of the metrics; `faults` tells what is wrong.
    """
    entries = Entry.objects.filter(account=OuterRef("account")).values("account").annotate(total=Sum("amount"))
    summed = Coalesce(Subquery(entries.values("total")), 0)
    if AccountBalance.objects.annotate(summed=summed).exclude(posted=F("summed")).exists():
        return True
    return Entry.objects.values("transfer").annotate(total=Sum("amount")).exclude(total=0).order_by().exists()


def posted_for(business: Business, ref: tuple[str, int]) -> int:
    """Return how much was earned for something, whatever became of it since; 0 where nothing was."""
    found = Transfer.objects.filter(business=business, kind=K.EARN, ref_kind=ref[0], ref_id=ref[1])
    return int(found.aggregate(total=Sum("amount"))["total"] or 0)


def paid_off_by(business: Business, ref: tuple[str, int]) -> int:
    """Return how much of the earnings that stand on `ref` went into what their client owed."""
    of_it = Transfer.objects.filter(business=business, ref_kind=ref[0], ref_id=ref[1])
    keys = [f"{key}:owed" for key in of_it.filter(kind=K.EARN).values_list("key", flat=True)]
    paid = Transfer.objects.filter(business=business, kind=K.REVOKE, key__in=keys).aggregate(total=Sum("amount"))
    return -(paid["total"] or 0)


def freed_by(hold: int, ref_kind: str, *, now: datetime) -> dict[int, int]:
    """Return what a reservation that was released made free, by the reference of this kind that it was earned for. What
    has expired meanwhile is not free."""
    live = Q(lot__expires_at=None) | Q(lot__expires_at__gt=now)
    parts = HoldLot.objects.filter(live, hold=hold, lot__transfer__ref_kind=ref_kind)
    return dict(parts.values_list("lot__transfer__ref_id").annotate(total=Sum("amount")).order_by())


def given_back_by(transfer: int, ref_kind: str) -> dict[int, int]:
    """Return what a reversal gave back, by the reference of this kind that it was earned for."""
    uses = LotUse.objects.filter(transfer=transfer, lot__transfer__ref_kind=ref_kind)
    return dict(uses.values_list("lot__transfer__ref_id").annotate(total=-Sum("amount")).order_by())
