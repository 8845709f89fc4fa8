"""Every movement of balance goes through here.

Each command takes the lock of the client's account first, so that what follows on that account is in order; the
conditional UPDATE and the CHECK constraints keep the promise even without it. `key` makes a command act once: the
same key again returns the first transfer, and with other inputs is a bug.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, LotBalance, Origin, Transfer

from . import posting
from .posting import NO_REF, K, Ref, done, give_back, inputs_of, new_lot, owe, pay_debt, use_lots

SWEEP_BATCH = 200


@transaction.atomic
def earn(
    business: Business,
    client_id: int,
    amount: int,
    *,
    key: str,
    reason: str = "",
    ref: Ref = NO_REF,
    expires_at: datetime | None = None,
    kind: Transfer.Kind = K.EARN,
    imported: bool = False,
    actor: str,
    now: datetime,
) -> Transfer:
    """Add `amount` to a client's balance, as a lot that ends at `expires_at`. `kind` is earn or opening.

    An `imported` one is history: nothing reacts, and nobody is written to.
    """
    assert amount > 0
    assert kind in (K.EARN, K.OPENING)
    account = posting.lock(business, client_id)
    inputs = inputs_of(kind, client_id, amount, ref)
    if before := done(business, key, inputs):
        return before
    other = Account.Kind.REWARDS if kind == K.EARN else Account.Kind.OPENINGS
    transfer = posting.post(
        account, other, amount, kind=kind, key=key, inputs=inputs, reason=reason, ref=ref, actor=actor, now=now
    )
    new_lot(account, transfer, amount, expires_at)
    record(
        business,
        events.BalanceEarned(transfer=transfer.pk, amount=amount, kind=kind),
        client=client_id,
        actor=actor,
        now=now,
        imported=imported,
    )
    pay_debt(account, key=f"{key}:owed", actor=actor, now=now)
    return transfer


@transaction.atomic
def adjust(
    business: Business,
    client_id: int,
    amount: int,
    *,
    key: str,
    reason: str,
    expires_at: datetime | None = None,
    origin: str = Origin.GRANTED,
    actor: str,
    now: datetime,
) -> Transfer:
    """Change a balance by hand, either sign, with a reason (R-006). More pays what the client owes first, and may end;
    not where its `origin` is that the client paid it in.

    Raise InsufficientBalance rather than go below zero.
    """
    assert amount
    if origin == Origin.PAID and (amount < 0 or expires_at is not None):
        raise Invalid(_("Money that a client paid in is added, and does not expire."), field="origin")
    account = posting.lock(business, client_id)
    inputs = inputs_of(K.ADJUST, client_id, amount, NO_REF)
    if before := done(business, key, inputs):
        return before
    if amount < 0:
        posting.lapse(account, actor=actor, now=now)
    transfer = posting.post(
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
        new_lot(account, transfer, amount, expires_at, origin)
    else:
        use_lots(account, transfer, -amount)
    record(
        business, events.BalanceAdjusted(transfer=transfer.pk, amount=amount), client=client_id, actor=actor, now=now
    )
    if amount > 0:
        pay_debt(account, key=f"{key}:owed", actor=actor, now=now)
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
    account = posting.lock(business, client_id)
    inputs = inputs_of(K.REDEEM, client_id, amount, ref)
    if before := done(business, key, inputs):
        return before
    posting.lapse(account, actor=actor, now=now)
    transfer = posting.post(
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
    use_lots(account, transfer, amount)
    record(
        business, events.BalanceRedeemed(transfer=transfer.pk, amount=amount), client=client_id, actor=actor, now=now
    )
    return transfer


@transaction.atomic
def reverse(used: Transfer, amount: int, *, key: str, reason: str, actor: str, now: datetime) -> Transfer:
    """Give back `amount` of a redemption, to the lots it came from; what its client owes is paid first. Never more in
    all than was used (asserted)."""
    assert amount > 0
    assert used.kind in (K.REDEEM, K.RENEWAL)
    account = posting.lock(used.business, used.client_id)
    inputs = inputs_of(K.REVERSAL, used.client_id, amount, ("transfer", used.pk))
    if before := done(used.business, key, inputs):
        return before
    back = sum(used.reversals.values_list("amount", flat=True))
    assert back + amount <= -used.amount, "more would be given back than was used"
    transfer = posting.post(
        account,
        Account.Kind.SALES,
        amount,
        kind=K.REVERSAL,
        key=key,
        inputs=inputs,
        reason=reason,
        ref=(used.ref_kind, used.ref_id),
        reverses=used,
        actor=actor,
        now=now,
    )
    give_back(account, used, transfer, amount, now)
    record(
        used.business,
        events.BalanceReversed(transfer=transfer.pk, amount=amount),
        client=used.client_id,
        actor=actor,
        now=now,
    )
    pay_debt(account, key=f"{key}:owed", actor=actor, now=now)
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
    allow_debt: bool = False,
    actor: str,
    now: datetime,
) -> Transfer | None:
    """Take back an earning as far as it is unspent, never what the client paid in. Return None where nothing is left.

    With `allow_debt` the rest is owed, and paid by the next earning first (CONTRACT, `allow_negative`).
    """
    assert amount > 0
    account = posting.lock(business, client_id)
    inputs = inputs_of(K.REVOKE, client_id, amount, ref)
    if before := done(business, key, inputs):
        return before
    posting.lapse(account, actor=actor, now=now)
    taken = min(amount, posting.granted(account))
    if allow_debt and taken < amount:
        owe(account, amount - taken, key=f"{key}:owed", reason=reason, ref=ref, actor=actor, now=now)
    if not taken:
        return None
    transfer = posting.post(
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
    use_lots(account, transfer, taken, first=Q(lot__transfer__ref_kind=ref[0], lot__transfer__ref_id=ref[1]))
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
            posting.lapse(posting.lock(businesses[business_id], client_id), actor="system", now=now)
    return len(due)
