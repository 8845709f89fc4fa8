"""`/clients/{id}/balance`: what a client has, and how it came to that."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field

from plusone.clients.keeping import without_names
from plusone.kernel import ids
from plusone.kernel.models import Business
from plusone.ledger.commands import adjust
from plusone.ledger.models import Entry
from plusone.ledger.queries import movements_of
from plusone.referrals.queries import origins_of
from plusone.rewards.queries import wallet_of

from .call import Call
from .clients import client_of
from .fields import Amount, Body, Found, Id, Moment, Reason, SignedMoney, moment
from .paging import Page, page

router = Router(tags=["Balances"])

Kind = Literal["earn", "adjust", "redeem", "renewal", "reversal", "expire", "revoke", "transfer", "opening"]


class BalanceOut(Found):
    """`available = earned − redeemed − expired − revoked − held`, never below zero."""

    currency: str
    available: Amount
    pending: Annotated[int, Field(description="Rewards on hold or awaiting approval.")]
    held: Annotated[int, Field(description="Reserved by orders that are not paid.")]
    earned: Amount
    redeemed: Annotated[int, Field(description="Net of what was given back.")]
    expired: Amount
    revoked: Amount
    owed: Amount
    paid_in: Annotated[int, Field(description="Of the available: what the client paid in; used last.")]


class EntryOut(Found):
    """One movement; `running` is the balance after it."""

    id: Id
    kind: Kind
    amount: Annotated[int, Field(description="Minor units, gained (+) or lost (−).")]
    at: Moment
    reason: str
    referral: Id | None
    order: Id | None
    expires_at: Moment | None
    running: Amount


class EntryList(Found):
    """A page of movements."""

    items: list[EntryOut]
    next: str | None


class AdjustmentIn(Body):
    """How much more (+) or less (−), and why."""

    amount: SignedMoney
    reason: Reason
    origin: Annotated[
        Literal["granted", "paid"],
        Field(description="`paid`: the client paid it in. It is used last, does not expire and is never taken back."),
    ] = "granted"


def show(business: Business, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return movements as the API shows them."""
    origins = origins_of(business, [entry.transfer for entry in entries])
    return [
        {
            "id": transfer.public_id,
            "kind": transfer.kind,
            "amount": entry.amount,
            "at": moment(business, transfer.at),
            "reason": transfer.reason,
            "referral": origin.referral,
            "order": origin.order,
            "expires_at": moment(business, entry.expires_at),  # type: ignore[attr-defined]  # annotated
            "running": entry.running,
        }
        for entry in entries
        for transfer in [entry.transfer]
        for origin in [origins[transfer.pk]]
    ]


@router.get("/{client_id}/balance", response=BalanceOut)
def get_balance(request: Call, client_id: str) -> dict[str, Any]:
    """Return a client's balance as it is now; what has expired is not in it, swept or not."""
    client = client_of(request.business, client_id)
    return {"currency": request.business.currency, **vars(wallet_of(client, now=request.now))}


@router.get("/{client_id}/balance/entries", response=EntryList)
def list_entries(request: Call, client_id: str, wanted: Query[Page]) -> dict[str, Any]:
    """List a client's movements, newest first."""
    rows = movements_of(request.business, client_of(request.business, client_id).pk)
    return page(
        rows,
        wanted,
        by="transfer__at",
        every=rows,
        name="transfer__public_id",
        show=lambda found: show(request.business, found),
    )


@router.post("/{client_id}/balance/adjustments", response={201: EntryOut})
def adjust_balance(request: Call, client_id: str, body: AdjustmentIn) -> Status[dict[str, Any]]:
    """Change a balance by hand; never below zero (409 `insufficient_balance`)."""
    client = client_of(request.business, client_id)
    transfer = adjust(
        request.business,
        client.pk,
        body.amount,
        key=f"api:{ids.public_id()}",
        reason=without_names(body.reason, [client]),
        origin=body.origin,
        actor=request.actor,
        now=request.now,
    )
    entry = movements_of(request.business, client.pk).get(transfer=transfer)
    return Status(201, show(request.business, [entry])[0])
