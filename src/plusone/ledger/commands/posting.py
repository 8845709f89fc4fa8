"""What every movement is made of: the lock of an account, the posting, and the lots it takes from or gives to."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import F, Q, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, AccountBalance, Entry, Lot, LotBalance, LotUse, Origin, Transfer

REVERSAL_GRACE = timedelta(days=30)  # CONTRACT: a reversal into an expired lot is spendable 30 days more.
K = Transfer.Kind
Ref = tuple[str, int | None]
NO_REF: Ref = ("", None)


class InsufficientBalance(Refused):
    """More was asked for than is available; `extra["available"]` says how much is."""

    code = "insufficient_balance"


def lock(business: Business, client_id: int) -> Account:
    """Return the client's account, made where there is none, locked until the transaction ends."""
    account, new = Account.objects.get_or_create(business=business, kind=Account.Kind.CLIENT, client_id=client_id)
    if new:
        AccountBalance.objects.get_or_create(account=account)
    AccountBalance.objects.select_for_update().get(account=account)
    return account


def done(business: Business, key: str, inputs: str) -> Transfer | None:
    """Return the transfer that this key made before, or None."""
    done = Transfer.objects.filter(business=business, key=key).first()
    assert done is None or done.inputs == inputs, f"key {key} was used for another transfer"
    return done


def inputs_of(*inputs: object) -> str:
    """Return a hash of what a transfer moves."""
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


def post(
    account: Account,
    other: Account.Kind,
    amount: int,
    *,
    kind: Transfer.Kind,
    key: str,
    inputs: str,
    reason: str = "",
    ref: Ref = NO_REF,
    reverses: Transfer | None = None,
    other_client: int = 0,
    actor: str,
    now: datetime,
) -> Transfer:
    """Move `amount` into (+) or out of (−) a client's account against one of the business's own."""
    # One conditional UPDATE, so that two uses of the same balance cannot both pass the check.
    funds = AccountBalance.objects.filter(account=account, posted__gte=F("held") - amount)
    if not funds.update(posted=F("posted") + amount):
        raise insufficient(account)
    transfer = Transfer.objects.create(
        business=account.business,
        key=key,
        inputs=inputs,
        kind=kind,
        client_id=account.client_id,
        amount=amount,
        reason=reason,
        ref_kind=ref[0],
        ref_id=ref[1],
        reverses=reverses,
        actor=actor,
        at=now,
    )
    counter = Account.objects.get_or_create(business=account.business, kind=other, client_id=other_client)[0]
    running = AccountBalance.objects.values_list("posted", flat=True).get(account=account)
    Entry.objects.bulk_create(
        [
            Entry(business=account.business, transfer=transfer, account=account, amount=amount, running=running),
            Entry(business=account.business, transfer=transfer, account=counter, amount=-amount),
        ]
    )
    return transfer


def insufficient(account: Account) -> InsufficientBalance:
    """Return the refusal that says how much there is."""
    now_held = AccountBalance.objects.get(account=account)
    return InsufficientBalance(
        _("There is not enough available balance."),
        available=now_held.posted - now_held.held,
        then=_("Use what there is, and pay the rest."),
    )


def new_lot(
    account: Account, transfer: Transfer, amount: int, expires_at: datetime | None, origin: str = Origin.GRANTED
) -> None:
    """Write a lot of credit that came with a transfer."""
    about = {"account": account, "expires_at": expires_at, "origin": origin}
    lot = Lot.objects.create(business=account.business, transfer=transfer, amount=amount, **about)
    LotBalance.objects.create(lot=lot, remaining=amount, **about)


def granted(account: Account) -> int:
    """Return how much of what is available was given: what may be taken back, since the rest was paid in (R-258)."""
    lots = LotBalance.objects.filter(account=account, origin=Origin.GRANTED, remaining__gt=F("held"))
    return int(lots.aggregate(total=Sum(F("remaining") - F("held")))["total"] or 0)


def split(account: Account, amount: int, first: Q | None = None) -> list[tuple[int, int]]:
    """Return (lot, part) that together make `amount`: what was given before what was paid in (CASES 73), of either the
    first to expire first; lots matching `first` before all others."""
    free = LotBalance.objects.filter(account=account, remaining__gt=F("held"))
    by = ("origin", F("expires_at").asc(nulls_last=True), "lot_id")
    ordered = free.order_by(*by).values_list("lot_id", "remaining", "held")
    lots = list(ordered.filter(first)) + list(ordered.exclude(first)) if first else list(ordered)
    parts, missing = [], amount
    for lot, remaining, held in lots:
        part = min(missing, remaining - held)
        parts.append((lot, part))
        missing -= part
        if not missing:
            return parts
    raise AssertionError("the lots do not add up to the balance")


def use_lots(account: Account, transfer: Transfer, amount: int, first: Q | None = None) -> None:
    """Take `amount` from the lots."""
    parts = split(account, amount, first)
    for lot, part in parts:
        LotBalance.objects.filter(pk=lot).update(remaining=F("remaining") - part)
    LotUse.objects.bulk_create([LotUse(lot_id=lot, transfer=transfer, amount=part) for lot, part in parts])


def give_back(account: Account, used: Transfer, transfer: Transfer, amount: int, now: datetime) -> None:
    """Return `amount` to the lots of `used`, last taken first; into a lot of 30 days where that lot has expired."""
    given: dict[int, int] = {}
    for lot, back in LotUse.objects.filter(transfer__reverses=used).values_list("lot_id", "amount"):
        given[lot] = given.get(lot, 0) - back
    uses = []
    for use in used.lot_uses.select_related("lot").order_by("-id"):
        part = min(amount, use.amount - given.get(use.lot_id, 0))
        if part <= 0:
            continue
        amount -= part
        uses.append(LotUse(lot=use.lot, transfer=transfer, amount=-part))
        if use.lot.expires_at and use.lot.expires_at <= now:
            new_lot(account, transfer, part, now + REVERSAL_GRACE)
        else:
            LotBalance.objects.filter(pk=use.lot_id).update(remaining=F("remaining") + part)
    assert not amount, "the lots of a redemption do not add up to it"
    LotUse.objects.bulk_create(uses)


def lapse(account: Account, *, actor: str, now: datetime) -> None:
    """Post what of an account has expired by `now`, one transfer a lot. The caller holds the account's lock."""
    due = LotBalance.objects.filter(account=account, remaining__gt=F("held"), expires_at__lte=now)
    for lot in due.order_by("expires_at", "lot_id"):
        part = lot.remaining - lot.held
        # What was held at the end and freed later expires in a transfer of its own: what was done with the lot so far
        # makes the key, which is another each time, on a clock that went back as well.
        key = f"expire:{lot.lot_id}:use:{LotUse.objects.filter(lot=lot.lot_id).count()}"
        inputs = inputs_of(K.EXPIRE, account.client_id, part, ("lot", lot.lot_id))
        transfer = post(
            account,
            Account.Kind.EXPIRED,
            -part,
            kind=K.EXPIRE,
            key=key,
            inputs=inputs,
            ref=("lot", lot.lot_id),
            actor=actor,
            now=now,
        )
        LotBalance.objects.filter(pk=lot.pk).update(remaining=F("remaining") - part)
        LotUse.objects.create(lot_id=lot.lot_id, transfer=transfer, amount=part)
        record(
            account.business,
            events.BalanceExpired(transfer=transfer.pk, amount=part),
            client=account.client_id,
            actor=actor,
            now=now,
        )


def owe(account: Account, amount: int, *, key: str, reason: str, ref: Ref, actor: str, now: datetime) -> None:
    """Write down what a client owes: what should have been taken back and was spent already.

    The balance stays as it is.
    """
    business, client_id = account.business, account.client_id
    inputs = inputs_of(K.DEBT, client_id, amount, ref)
    if done(business, key, inputs):
        return
    transfer = Transfer.objects.create(
        business=business,
        key=key,
        inputs=inputs,
        kind=K.DEBT,
        client_id=client_id,
        amount=-amount,
        reason=reason,
        ref_kind=ref[0],
        ref_id=ref[1],
        actor=actor,
        at=now,
    )
    debt = Account.objects.get_or_create(business=business, kind=Account.Kind.DEBT, client_id=client_id)[0]
    rewards = Account.objects.get_or_create(business=business, kind=Account.Kind.REWARDS, client_id=0)[0]
    Entry.objects.bulk_create(
        [
            Entry(business=business, transfer=transfer, account=debt, amount=-amount),
            Entry(business=business, transfer=transfer, account=rewards, amount=amount),
        ]
    )


def pay_debt(account: Account, *, key: str, actor: str, now: datetime) -> int:
    """Pay what a client owes out of what is available, as far as it goes. Return how much that was.

    What has expired is gone first: nobody pays with it. Nor does money that they paid in.
    """
    debts = Entry.objects.filter(
        business=account.business, account__client_id=account.client_id, account__kind=Account.Kind.DEBT
    )
    owed = -(debts.aggregate(total=Sum("amount"))["total"] or 0)
    if not owed:
        return 0
    lapse(account, actor=actor, now=now)
    paid = min(owed, granted(account))
    if paid <= 0:
        return 0
    inputs = inputs_of(K.REVOKE, account.client_id, paid, NO_REF)
    with translation.override(account.business.language):  # it is kept, whoever made the balance come
        reason = _("Paid what was owed")
    transfer = post(
        account,
        Account.Kind.DEBT,
        -paid,
        kind=K.REVOKE,
        key=key,
        inputs=inputs,
        reason=reason,
        other_client=account.client_id,
        actor=actor,
        now=now,
    )
    use_lots(account, transfer, paid)
    told = events.BalanceRevoked(transfer=transfer.pk, amount=paid, missing=owed - paid)
    record(account.business, told, client=account.client_id, actor=actor, now=now)
    return paid
