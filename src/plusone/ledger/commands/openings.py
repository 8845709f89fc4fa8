"""What clients bring along from another program, and its taking back when that import is undone."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from plusone.events.commands import record
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, LotBalance, Transfer

from . import posting
from .balance import earn
from .posting import K, done, inputs_of, use_lots


def open_balance(business: Business, client_id: int, amount: int, *, key: str, actor: str, now: datetime) -> Transfer:
    """Write what a client brings along from another program. History: nothing reacts, and nobody is written to."""
    return earn(business, client_id, amount, key=key, kind=K.OPENING, imported=True, actor=actor, now=now)


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
