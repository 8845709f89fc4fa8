"""Balance that an order reserves: held, then captured or released."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, AccountBalance, Hold, HoldLot, LotBalance, LotUse, Transfer

from . import posting
from .posting import NO_REF, K, Ref, done, inputs_of, insufficient, split


@transaction.atomic
def hold(
    business: Business, client_id: int, amount: int, *, key: str, ref: Ref = NO_REF, actor: str, now: datetime
) -> Hold:
    """Reserve balance until `capture` or `release`. Raise InsufficientBalance where there is not enough."""
    assert amount > 0
    account = posting.lock(business, client_id)
    before = Hold.objects.filter(business=business, key=key).first()
    if before:
        assert (before.client_id, before.amount) == (client_id, amount), f"key {key} was used for another hold"
        return before
    posting.lapse(account, actor=actor, now=now)
    # One conditional UPDATE, so that two orders cannot reserve the same balance.
    if not AccountBalance.objects.filter(account=account, posted__gte=F("held") + amount).update(
        held=F("held") + amount
    ):
        raise insufficient(account)
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
    for lot, part in split(account, amount):
        LotBalance.objects.filter(pk=lot).update(held=F("held") + part)
        HoldLot.objects.create(hold=held, lot_id=lot, amount=part)
    record(business, events.BalanceHeld(hold=held.pk, amount=amount), client=client_id, actor=actor, now=now)
    return held


@transaction.atomic
def hold_up_to(
    business: Business, client_id: int, most: int, *, key: str, ref: Ref = NO_REF, actor: str, now: datetime
) -> Hold | None:
    """Reserve what there is, `most` at the utmost. Return None where there is nothing; never refuse."""
    account = posting.lock(business, client_id)
    posting.lapse(account, actor=actor, now=now)
    # Asked under the lock: an order at the same moment may have reserved what was there a moment ago.
    funds = AccountBalance.objects.get(account=account)
    amount = min(funds.posted - funds.held, most)
    return hold(business, client_id, amount, key=key, ref=ref, actor=actor, now=now) if amount > 0 else None


@transaction.atomic
def capture(held: Hold, *, kind: Transfer.Kind = K.REDEEM, reason: str = "", actor: str, now: datetime) -> Transfer:
    """Turn a reservation into a redemption. Raise Refused where it was released meanwhile; capturing twice acts

    once.
    """
    account = posting.lock(held.business, held.client_id)
    key, ref = f"hold:{held.pk}", (held.ref_kind, held.ref_id)
    inputs = inputs_of(kind, held.client_id, held.amount, ref)
    if before := done(held.business, key, inputs):
        return before
    _end_hold(held, Hold.State.CAPTURED, now)
    parts = list(held.lots.values_list("lot_id", "amount"))
    for lot, part in parts:
        LotBalance.objects.filter(pk=lot).update(held=F("held") - part, remaining=F("remaining") - part)
    AccountBalance.objects.filter(account=account).update(held=F("held") - held.amount)
    transfer = posting.post(
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
    """Free a reservation; what its client owes is paid first. Raise Refused where it has ended already."""
    account = posting.lock(held.business, held.client_id)
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
    posting.pay_debt(account, key=f"released:{held.pk}:owed", actor=actor, now=now)


def _end_hold(held: Hold, state: Hold.State, now: datetime) -> None:
    if not Hold.objects.filter(pk=held.pk, state=Hold.State.OPEN).update(state=state, ended_at=now):
        raise Refused(
            _("This reservation of balance has already ended."), code="hold_ended", then=_("Its order says how.")
        )
