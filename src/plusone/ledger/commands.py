"""Every movement of balance goes through here.

Each command takes the lock of the client's account first, so that what follows on that account is in order; the conditional
UPDATE and the CHECK constraints keep the promise even without it. `key` makes a command act once: the same key again returns the
first transfer, and with other inputs is a bug.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business

from . import events
from .models import Account, AccountBalance, Entry, Hold, HoldLot, Lot, LotBalance, LotUse, Transfer

REVERSAL_GRACE = timedelta(days=30)  # CONTRACT: a reversal into an expired lot is spendable 30 days more.
SWEEP_BATCH = 200
K = Transfer.Kind
Ref = tuple[str, int | None]
NO_REF: Ref = ("", None)


class InsufficientBalance(Refused):
    """More was asked for than is available; `extra["available"]` says how much is."""

    code = "insufficient_balance"


@transaction.atomic
def earn(
    business: Business, client_id: int, amount: int, *, key: str, reason: str = "", ref: Ref = NO_REF, expires_at: datetime | None = None,
    kind: Transfer.Kind = K.EARN, actor: str, now: datetime,
) -> Transfer:  # fmt: skip
    """Add `amount` to a client's balance, as a lot that ends at `expires_at`. `kind` is earn or opening."""
    assert amount > 0 and kind in (K.EARN, K.OPENING)
    account = _lock(business, client_id)
    inputs = _hash(kind, client_id, amount, ref)
    if done := _done(business, key, inputs):
        return done
    other = Account.Kind.REWARDS if kind == K.EARN else Account.Kind.OPENINGS
    transfer = _post(
        account, other, amount, kind=kind, key=key, inputs=inputs, reason=reason, ref=ref, actor=actor, now=now
    )
    _new_lot(account, transfer, amount, expires_at)
    record(
        business,
        events.BalanceEarned(transfer=transfer.pk, amount=amount, kind=kind),
        client=client_id,
        actor=actor,
        now=now,
    )
    return transfer


@transaction.atomic
def adjust(
    business: Business, client_id: int, amount: int, *, key: str, reason: str, actor: str, now: datetime
) -> Transfer:
    """Change a balance by hand, either sign, with a reason (R-006). Raise InsufficientBalance rather than go below zero."""
    assert amount
    account = _lock(business, client_id)
    inputs = _hash(K.ADJUST, client_id, amount, NO_REF)
    if done := _done(business, key, inputs):
        return done
    if amount < 0:
        _lapse(account, actor=actor, now=now)
    transfer = _post(
        account,
        Account.Kind.ADJUSTMENTS,
        amount,
        kind=K.ADJUST,
        key=key,
        inputs=inputs,
        reason=reason,
        actor=actor,
        now=now,
    )
    if amount > 0:
        _new_lot(account, transfer, amount, None)
    else:
        _use_lots(account, transfer, -amount)
    record(
        business, events.BalanceAdjusted(transfer=transfer.pk, amount=amount), client=client_id, actor=actor, now=now
    )
    return transfer


@transaction.atomic
def redeem(
    business: Business,
    client_id: int,
    amount: int,
    *,
    key: str,
    reason: str = "",
    ref: Ref = NO_REF,
    actor: str,
    now: datetime,
) -> Transfer:
    """Use balance at once, first-to-expire first. Raise InsufficientBalance where there is not enough."""
    assert amount > 0
    account = _lock(business, client_id)
    inputs = _hash(K.REDEEM, client_id, amount, ref)
    if done := _done(business, key, inputs):
        return done
    _lapse(account, actor=actor, now=now)
    transfer = _post(
        account,
        Account.Kind.SALES,
        -amount,
        kind=K.REDEEM,
        key=key,
        inputs=inputs,
        reason=reason,
        ref=ref,
        actor=actor,
        now=now,
    )
    _use_lots(account, transfer, amount)
    record(
        business, events.BalanceRedeemed(transfer=transfer.pk, amount=amount), client=client_id, actor=actor, now=now
    )
    return transfer


@transaction.atomic
def hold(
    business: Business, client_id: int, amount: int, *, key: str, ref: Ref = NO_REF, actor: str, now: datetime
) -> Hold:
    """Reserve balance until `capture` or `release`. Raise InsufficientBalance where there is not enough."""
    assert amount > 0
    account = _lock(business, client_id)
    done = Hold.objects.filter(business=business, key=key).first()
    if done:
        assert (done.client_id, done.amount) == (client_id, amount), f"key {key} was used for another hold"
        return done
    _lapse(account, actor=actor, now=now)
    # One conditional UPDATE, so that two orders cannot reserve the same balance.
    if not AccountBalance.objects.filter(account=account, posted__gte=F("held") + amount).update(
        held=F("held") + amount
    ):
        raise _insufficient(account)
    held = Hold.objects.create(
        business=business,
        account=account,
        client_id=client_id,
        key=key,
        amount=amount,
        ref_kind=ref[0],
        ref_id=ref[1],
        at=now,
    )
    for lot, part in _split(account, amount):
        LotBalance.objects.filter(pk=lot).update(held=F("held") + part)
        HoldLot.objects.create(hold=held, lot_id=lot, amount=part)
    record(business, events.BalanceHeld(hold=held.pk, amount=amount), client=client_id, actor=actor, now=now)
    return held


@transaction.atomic
def capture(held: Hold, *, kind: Transfer.Kind = K.REDEEM, reason: str = "", actor: str, now: datetime) -> Transfer:
    """Turn a reservation into a redemption. Raise Refused where it was released meanwhile; capturing twice acts once."""
    account = _lock(held.business, held.client_id)
    key, ref = f"hold:{held.pk}", (held.ref_kind, held.ref_id)
    inputs = _hash(kind, held.client_id, held.amount, ref)
    if done := _done(held.business, key, inputs):
        return done
    _end_hold(held, Hold.State.CAPTURED, now)
    parts = list(held.lots.values_list("lot_id", "amount"))
    for lot, part in parts:
        LotBalance.objects.filter(pk=lot).update(held=F("held") - part, remaining=F("remaining") - part)
    AccountBalance.objects.filter(account=account).update(held=F("held") - held.amount)
    transfer = _post(
        account,
        Account.Kind.SALES,
        -held.amount,
        kind=kind,
        key=key,
        inputs=inputs,
        reason=reason,
        ref=ref,
        actor=actor,
        now=now,
    )
    LotUse.objects.bulk_create([LotUse(lot_id=lot, transfer=transfer, amount=part) for lot, part in parts])
    record(
        held.business,
        events.BalanceRedeemed(transfer=transfer.pk, amount=held.amount),
        client=held.client_id,
        actor=actor,
        now=now,
    )
    return transfer


@transaction.atomic
def release(held: Hold, *, actor: str, now: datetime) -> None:
    """Free a reservation. Raise Refused where it has ended already."""
    account = _lock(held.business, held.client_id)
    _end_hold(held, Hold.State.RELEASED, now)
    for lot, part in held.lots.values_list("lot_id", "amount"):
        LotBalance.objects.filter(pk=lot).update(held=F("held") - part)
    AccountBalance.objects.filter(account=account).update(held=F("held") - held.amount)
    record(
        held.business,
        events.BalanceReleased(hold=held.pk, amount=held.amount),
        client=held.client_id,
        actor=actor,
        now=now,
    )


@transaction.atomic
def reverse(used: Transfer, amount: int, *, key: str, reason: str, actor: str, now: datetime) -> Transfer:
    """Give back `amount` of a redemption, to the lots it came from. Never more in all than was used (asserted)."""
    assert amount > 0 and used.kind in (K.REDEEM, K.RENEWAL)
    account = _lock(used.business, used.client_id)
    inputs = _hash(K.REVERSAL, used.client_id, amount, ("transfer", used.pk))
    if done := _done(used.business, key, inputs):
        return done
    back = sum(used.reversals.values_list("amount", flat=True))
    assert back + amount <= -used.amount, "more would be given back than was used"
    transfer = _post(
        account, Account.Kind.SALES, amount, kind=K.REVERSAL, key=key, inputs=inputs, reason=reason,
        ref=(used.ref_kind, used.ref_id), reverses=used, actor=actor, now=now,
    )  # fmt: skip
    _give_back(account, used, transfer, amount, now)
    record(
        used.business,
        events.BalanceReversed(transfer=transfer.pk, amount=amount),
        client=used.client_id,
        actor=actor,
        now=now,
    )
    return transfer


@transaction.atomic
def revoke(
    business: Business,
    client_id: int,
    amount: int,
    *,
    key: str,
    reason: str,
    ref: Ref = NO_REF,
    actor: str,
    now: datetime,
) -> Transfer | None:
    """Take back an earning as far as it is unspent (`within_balance`). Return None where nothing is left to take."""
    assert amount > 0
    account = _lock(business, client_id)
    inputs = _hash(K.REVOKE, client_id, amount, ref)
    if done := _done(business, key, inputs):
        return done
    _lapse(account, actor=actor, now=now)
    now_held = AccountBalance.objects.get(account=account)
    taken = min(amount, now_held.posted - now_held.held)
    if not taken:
        return None
    transfer = _post(
        account,
        Account.Kind.REWARDS,
        -taken,
        kind=K.REVOKE,
        key=key,
        inputs=inputs,
        reason=reason,
        ref=ref,
        actor=actor,
        now=now,
    )
    _use_lots(account, transfer, taken, first=Q(lot__transfer__ref_kind=ref[0], lot__transfer__ref_id=ref[1]))
    record(
        business,
        events.BalanceRevoked(transfer=transfer.pk, amount=taken, missing=amount - taken),
        client=client_id,
        actor=actor,
        now=now,
    )
    return transfer


def expire_due(now: datetime) -> int:
    """Post the expiry of all lots whose end has come. Return how many accounts had some. Safe with several workers."""
    free = LotBalance.objects.filter(remaining__gt=F("held"), expires_at__lte=now)
    due = list(free.values_list("account__business_id", "account__client_id").distinct().order_by()[:SWEEP_BATCH])
    businesses = Business.objects.in_bulk({business for business, _client in due})
    for business_id, client_id in due:
        with transaction.atomic():
            _lapse(_lock(businesses[business_id], client_id), actor="system", now=now)
    return len(due)


def _lock(business: Business, client_id: int) -> Account:
    """Return the client's account, made where there is none, locked until the transaction ends."""
    account, new = Account.objects.get_or_create(business=business, kind=Account.Kind.CLIENT, client_id=client_id)
    if new:
        AccountBalance.objects.get_or_create(account=account)
    AccountBalance.objects.select_for_update().get(account=account)
    return account


def _done(business: Business, key: str, inputs: str) -> Transfer | None:
    done = Transfer.objects.filter(business=business, key=key).first()
    assert done is None or done.inputs == inputs, f"key {key} was used for another transfer"
    return done


def _hash(*inputs: object) -> str:
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


def _post(
    account: Account, other: Account.Kind, amount: int, *, kind: Transfer.Kind, key: str, inputs: str, reason: str = "", ref: Ref = NO_REF,
    reverses: Transfer | None = None, actor: str, now: datetime,
) -> Transfer:  # fmt: skip
    """Move `amount` into (+) or out of (−) a client's account against one of the business's own."""
    # One conditional UPDATE, so that two uses of the same balance cannot both pass the check.
    funds = AccountBalance.objects.filter(account=account, posted__gte=F("held") - amount)
    if not funds.update(posted=F("posted") + amount):
        raise _insufficient(account)
    transfer = Transfer.objects.create(
        business=account.business, key=key, inputs=inputs, kind=kind, client_id=account.client_id, amount=amount, reason=reason,
        ref_kind=ref[0], ref_id=ref[1], reverses=reverses, actor=actor, at=now,
    )  # fmt: skip
    counter = Account.objects.get_or_create(business=account.business, kind=other, client_id=0)[0]
    running = AccountBalance.objects.values_list("posted", flat=True).get(account=account)
    Entry.objects.bulk_create(
        [
            Entry(business=account.business, transfer=transfer, account=account, amount=amount, running=running),
            Entry(business=account.business, transfer=transfer, account=counter, amount=-amount),
        ]
    )
    return transfer


def _insufficient(account: Account) -> InsufficientBalance:
    now_held = AccountBalance.objects.get(account=account)
    return InsufficientBalance(_("There is not enough available balance."), available=now_held.posted - now_held.held)


def _new_lot(account: Account, transfer: Transfer, amount: int, expires_at: datetime | None) -> None:
    lot = Lot.objects.create(
        business=account.business, account=account, transfer=transfer, amount=amount, expires_at=expires_at
    )
    LotBalance.objects.create(lot=lot, account=account, expires_at=expires_at, remaining=amount)


def _split(account: Account, amount: int, first: Q | None = None) -> list[tuple[int, int]]:
    """Return (lot, part) that together make `amount`, first-to-expire first; lots matching `first` before all others."""
    free = LotBalance.objects.filter(account=account, remaining__gt=F("held"))
    ordered = free.order_by(F("expires_at").asc(nulls_last=True), "lot_id").values_list("lot_id", "remaining", "held")
    lots = list(ordered.filter(first)) + list(ordered.exclude(first)) if first else list(ordered)
    parts, missing = [], amount
    for lot, remaining, held in lots:
        part = min(missing, remaining - held)
        parts.append((lot, part))
        missing -= part
        if not missing:
            return parts
    raise AssertionError("the lots do not add up to the balance")


def _use_lots(account: Account, transfer: Transfer, amount: int, first: Q | None = None) -> None:
    parts = _split(account, amount, first)
    for lot, part in parts:
        LotBalance.objects.filter(pk=lot).update(remaining=F("remaining") - part)
    LotUse.objects.bulk_create([LotUse(lot_id=lot, transfer=transfer, amount=part) for lot, part in parts])


def _give_back(account: Account, used: Transfer, transfer: Transfer, amount: int, now: datetime) -> None:
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
            _new_lot(account, transfer, part, now + REVERSAL_GRACE)
        else:
            LotBalance.objects.filter(pk=use.lot_id).update(remaining=F("remaining") + part)
    assert not amount, "the lots of a redemption do not add up to it"
    LotUse.objects.bulk_create(uses)


def _end_hold(held: Hold, state: Hold.State, now: datetime) -> None:
    if not Hold.objects.filter(pk=held.pk, state=Hold.State.OPEN).update(state=state, ended_at=now):
        raise Refused(_("This reservation of balance has already ended."), code="hold_ended")


def _lapse(account: Account, *, actor: str, now: datetime) -> None:
    """Post what of an account has expired by `now`, one transfer a lot. The caller holds the account's lock."""
    due = LotBalance.objects.filter(account=account, remaining__gt=F("held"), expires_at__lte=now)
    for lot in due.order_by("expires_at", "lot_id"):
        part = lot.remaining - lot.held
        # What was held at the end and freed later expires in a transfer of its own: the remainder makes the key.
        key = f"expire:{lot.lot_id}:{lot.remaining}"
        inputs = _hash(K.EXPIRE, account.client_id, part, ("lot", lot.lot_id))
        transfer = _post(
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
