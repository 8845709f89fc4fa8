"""What one account has goes to another of the same business, by postings: nothing that was written changes."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from plusone.events.commands import record
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.ledger import events
from plusone.ledger.models import Account, AccountBalance, Entry, LotBalance, LotUse, Transfer

from . import posting
from .posting import K, inputs_of, new_lot, owe, pay_debt


@transaction.atomic
def move_balance(
    business: Business, from_client: int, to_client: int, *, key: str, reason: str, actor: str, now: datetime
) -> int:
    """Move all balance of a client to another, each lot with its end and with what it was earned for, and what is owed.
    Return how much that was.

    The same key again moves nothing twice. Raise Refused while an order has reserved some of it.
    """
    assert from_client != to_client
    for client_id in sorted((from_client, to_client)):  # so that two movers do not block each other
        posting.lock(business, client_id)
    giver, taker = posting.lock(business, from_client), posting.lock(business, to_client)
    posting.lapse(giver, actor=actor, now=now)
    if AccountBalance.objects.get(account=giver).held:
        raise Refused(
            _("An order that is not paid has reserved balance."),
            code="balance_reserved",
            then=_("Take the payment or cancel the order first."),
        )
    moved = 0
    lots = LotBalance.objects.filter(account=giver, remaining__gt=0).select_related("lot__transfer").order_by("lot_id")
    for lot in list(lots):
        about = {"kind": K.TRANSFER, "reason": reason, "actor": actor, "now": now}
        inputs = inputs_of(K.TRANSFER, from_client, to_client, lot.remaining)
        name = f"{key}:{lot.lot_id}"
        out = posting.post(giver, Account.Kind.TRANSFERS, -lot.remaining, key=f"{name}:out", inputs=inputs, **about)  # type: ignore[arg-type]  # a kind, texts and a time
        LotUse.objects.create(lot_id=lot.lot_id, transfer=out, amount=lot.remaining)
        LotBalance.objects.filter(pk=lot.pk).update(remaining=F("remaining") - lot.remaining)
        about["ref"] = (lot.lot.transfer.ref_kind, lot.lot.transfer.ref_id)
        came = posting.post(taker, Account.Kind.TRANSFERS, lot.remaining, key=f"{name}:in", inputs=inputs, **about)  # type: ignore[arg-type]  # see above
        new_lot(taker, came, lot.remaining, lot.expires_at, lot.origin)
        moved += lot.remaining
    _move_debt(giver, taker, key=key, reason=reason, actor=actor, now=now)
    if moved:
        told = events.BalanceMoved(amount=moved, other=from_client)
        record(business, told, client=to_client, actor=actor, now=now)
    pay_debt(taker, key=f"{key}:owed:paid", actor=actor, now=now)
    return moved


@transaction.atomic
def forgive_debt(business: Business, client_id: int, *, key: str, reason: str, actor: str, now: datetime) -> int:
    """Let a client owe nothing any more, because nobody is there who could. Return how much that was."""
    return _forgive(posting.lock(business, client_id), key=key, reason=reason, actor=actor, now=now)


def _move_debt(giver: Account, taker: Account, *, key: str, reason: str, actor: str, now: datetime) -> None:
    """Let the other owe what a client owes."""
    if owed := _forgive(giver, key=f"{key}:owed:out", reason=reason, actor=actor, now=now):
        owe(taker, owed, key=f"{key}:owed:in", reason=reason, ref=("", None), actor=actor, now=now)


def _forgive(giver: Account, *, key: str, reason: str, actor: str, now: datetime) -> int:
    """Take what a client owes off the books. Return how much that was."""
    business, kind = giver.business, Account.Kind.DEBT
    mine = Entry.objects.filter(business=business, account__client_id=giver.client_id, account__kind=kind)
    owed = -int(mine.aggregate(total=Sum("amount"))["total"] or 0)
    if not owed:
        return 0
    forgiven = Transfer.objects.create(
        business=business,
        key=key,
        inputs=inputs_of(K.DEBT, giver.client_id, owed),
        kind=K.DEBT,
        client_id=giver.client_id,
        amount=owed,
        reason=reason,
        actor=actor,
        at=now,
    )
    debt = Account.objects.get(business=business, kind=kind, client_id=giver.client_id)
    rewards = Account.objects.get(business=business, kind=Account.Kind.REWARDS, client_id=0)
    Entry.objects.bulk_create(
        [
            Entry(business=business, transfer=forgiven, account=debt, amount=owed),
            Entry(business=business, transfer=forgiven, account=rewards, amount=-owed),
        ]
    )
    return owed
