"""What clients bring along from another program, and its taking back when that import is undone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from plusone.events.commands import record, record_many
from plusone.kernel.db import bulk
from plusone.kernel.ids import public_id
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, AccountBalance, Entry, Lot, LotBalance, Transfer

from . import posting
from .balance import earn
from .posting import NO_REF, K, done, inputs_of, use_lots


def open_balance(business: Business, client_id: int, amount: int, *, key: str, actor: str, now: datetime) -> Transfer:
    """Write what a client brings along from another program. History: nothing reacts, and nobody is written to."""
    return earn(business, client_id, amount, key=key, kind=K.OPENING, imported=True, actor=actor, now=now)


@transaction.atomic
def open_balances(
    business: Business, openings: Sequence[tuple[int, int, str]], *, actor: str, now: datetime
) -> dict[int, int]:
    """Write `(client, amount, key)` for clients who are new in this very transaction; a tenth of the time one by one
    takes. Return the transfer of each.

    Nobody else can know them, so nothing has to be locked, and there is nothing that they owe. A client who has an
    account after all breaks a constraint.
    """
    if not openings:
        return {}
    count = len(openings)
    assert all(amount > 0 for _client, amount, _key in openings)
    counter = Account.objects.get_or_create(business=business, kind=Account.Kind.OPENINGS, client_id=0)[0].pk
    accounts, transfers = bulk.reserve_ids(Account, count), bulk.reserve_ids(Transfer, count)
    lots = bulk.reserve_ids(Lot, count)
    rows = list(zip(accounts, transfers, lots, openings, strict=True))
    bulk.insert(
        Account,
        ("id", "public_id", "business", "kind", "client_id"),
        [
            (account, public_id(), business.pk, Account.Kind.CLIENT, client)
            for account, _t, _l, (client, _a, _k) in rows
        ],
    )
    bulk.insert(
        AccountBalance,
        ("account", "posted", "held"),
        [(account, amount, 0) for account, _t, _l, (_c, amount, _k) in rows],
    )
    bulk.insert(Transfer, NEW_TRANSFER, [_transfer(business, row[1], row[3], actor, now) for row in rows])
    sides = [
        (business.pk, transfer, place, moved, running)
        for account, transfer, _l, (_c, amount, _k) in rows
        for place, moved, running in ((account, amount, amount), (counter, -amount, None))
    ]
    bulk.insert(Entry, ("business", "transfer", "account", "amount", "running"), sides)
    bulk.insert(
        Lot,
        ("id", "business", "account", "transfer", "amount", "expires_at"),
        [(lot, business.pk, account, transfer, amount, None) for account, transfer, lot, (_c, amount, _k) in rows],
    )
    bulk.insert(
        LotBalance,
        ("lot", "account", "expires_at", "remaining", "held"),
        [(lot, account, None, amount, 0) for account, _t, lot, (_c, amount, _k) in rows],
    )
    told = (
        (events.BalanceEarned(transfer=transfer, amount=amount, kind=K.OPENING), client, now)
        for _a, transfer, _l, (client, amount, _k) in rows
    )
    record_many(business, told, actor=actor)
    return {client: transfer for _a, transfer, _l, (client, _amount, _key) in rows}


NEW_TRANSFER = (
    "id", "public_id", "business", "key", "inputs", "kind", "client_id", "amount", "reason", "ref_kind", "ref_id",
    "reverses", "actor", "at",
)  # fmt: skip


def _transfer(
    business: Business, number: int, opening: tuple[int, int, str], actor: str, now: datetime
) -> tuple[object, ...]:
    client, amount, key = opening
    inputs = inputs_of(K.OPENING, client, amount, NO_REF)
    plain = ("", NO_REF[0], NO_REF[1], None)
    return (number, public_id(), business.pk, key, inputs, K.OPENING, client, amount, *plain, actor, now)


@transaction.atomic
def undo_opening(opening: Transfer, *, reason: str, actor: str, now: datetime) -> Transfer | None:
    """Take an opening balance back by another entry, where all of it is still there; else return None."""
    assert opening.kind == K.OPENING
    assert opening.amount > 0
    account = posting.lock(opening.business, opening.client_id)
    key = f"opening:{opening.pk}:undone"
    inputs = inputs_of(K.OPENING, opening.client_id, -opening.amount, ("transfer", opening.pk))
    if before := done(opening.business, key, inputs):
        return before
    posting.lapse(account, actor=actor, now=now)
    whole = LotBalance.objects.filter(lot__transfer=opening, remaining=F("lot__amount"), held=0)
    if not whole.exists():
        return None
    transfer = posting.post(
        account,
        Account.Kind.OPENINGS,
        -opening.amount,
        kind=K.OPENING,
        key=key,
        inputs=inputs,
        reason=reason,
        reverses=opening,
        actor=actor,
        now=now,
    )
    use_lots(account, transfer, opening.amount, first=Q(lot__transfer=opening))
    told = events.BalanceRevoked(transfer=transfer.pk, amount=opening.amount, missing=0)
    record(opening.business, told, client=opening.client_id, actor=actor, now=now, imported=True)
    return transfer
