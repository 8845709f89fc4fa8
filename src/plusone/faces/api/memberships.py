"""`/membership-types` and `/memberships`: what runs for a time, renewed by hand."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field, Strict

from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.store import commands
from plusone.store.models import Membership, MembershipType

from .call import Call
from .fields import NO_CONTROL, NO_NUL, Amount, Body, Flag, Found, Id, LongName, Moment, Money, moment
from .paging import Page, page

types = Router(tags=["Memberships"])
router = Router(tags=["Memberships"])

Kind = Literal["recurring", "prepaid", "pack"]
Period = Literal["month", "year"]
Count = Annotated[int, Strict(), Field(ge=1, le=3650)]
State = Literal["pending_payment", "scheduled", "active", "frozen", "past_due", "ending", "ended", "used_up", "void"]


class MembershipTypeIn(Body):
    """A new type. `recurring` needs a `period`, `prepaid` a `period` or `valid_days`, `pack` its `uses`."""

    name: LongName
    kind: Kind
    price: Money
    period: Period | None = None
    uses: Count | None = None
    valid_days: Count | None = None
    sellable: Flag = True
    once_per_person: Annotated[
        Flag, Field(description="Whether a person has it once, bought or given: again is 409 `had_already`.")
    ] = False


class MembershipTypeOut(Found):
    """A type of membership."""

    id: Id
    name: str
    kind: Kind
    price: Amount
    period: Period | None
    uses: int | None
    valid_days: int | None
    sellable: bool
    once_per_person: bool
    created_at: Moment


class MembershipTypeList(Found):
    """A page of types."""

    items: list[MembershipTypeOut]
    next: str | None


class MembershipOut(Found):
    """A client's membership."""

    id: Id
    client: Id
    membership_type: Id
    order: Annotated[Id | None, Field(description="The order that bought it; null where it was given.")]
    source: Literal["sale", "reward"]
    state: State
    uses_left: Annotated[int | None, Field(description="Of a pack, or of the paid periods; visits take them.")]
    is_new: Annotated[bool, Field(description="Whether the client bought this type for the first time.")]
    periods_paid: int
    started_at: Moment | None
    ends_at: Annotated[Moment | None, Field(description="When what is paid ends: for what recurs, when it is due.")]
    frozen_at: Moment | None
    cancelled_at: Moment | None
    ended_at: Moment | None


class MembershipList(Found):
    """A page of memberships."""

    items: list[MembershipOut]
    next: str | None


class RenewalIn(Body):
    """How the money came; without a method what is left to pay waits in an order."""

    method: Literal["cash", "transfer", "terminal"] | None = None
    reference: Annotated[str, Strict(), Field(max_length=120, pattern=NO_CONTROL)] = ""


class RenewalOut(Found):
    """The order of a renewal."""

    id: Id
    membership: Id
    state: Literal["awaiting_payment", "paid"]
    total: Amount
    balance_used: Annotated[int, Field(description="Held until paid, then used.")]
    due: Amount
    ends_at: Annotated[Moment | None, Field(description="When what is paid ends now.")]


class MembershipFilter(Page):
    """Whose memberships."""

    client: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of a client.")] = ""


def show_types(business: Business, found: Sequence[MembershipType]) -> list[dict[str, Any]]:
    """Return types as the API shows them."""
    return [
        {
            "id": row.public_id,
            "name": row.name,
            "kind": row.kind,
            "price": row.price,
            "period": row.period or None,
            "uses": row.uses,
            "valid_days": row.valid_days,
            "sellable": row.sellable,
            "once_per_person": row.once_per_person,
            "created_at": moment(business, row.created_at),
        }
        for row in found
    ]


def show(business: Business, found: Sequence[Membership]) -> list[dict[str, Any]]:
    """Return memberships as the API shows them; client, type and order are at hand."""
    return [
        {
            "id": row.public_id,
            "client": row.client.public_id,
            "membership_type": row.type.public_id,
            "order": row.order.public_id if row.order else None,
            "source": row.source_kind or "sale",
            "state": row.state,
            "uses_left": row.uses_left,
            "is_new": row.is_new,
            "periods_paid": row.periods_paid,
            **{
                name: moment(business, getattr(row, name))
                for name in ("started_at", "ends_at", "frozen_at", "cancelled_at", "ended_at")
            },
        }
        for row in found
    ]


def _again(request: Call, membership: Membership) -> dict[str, Any]:
    found = Membership.objects.select_related("client", "type", "order").get(pk=membership.pk)
    return show(request.business, [found])[0]


@types.get("", response=MembershipTypeList)
def list_membership_types(request: Call, wanted: Query[Page]) -> dict[str, Any]:
    """List types of membership, newest first."""
    every = MembershipType.objects.filter(business=request.business)
    return page(every, wanted, by="created_at", every=every, show=lambda rows: show_types(request.business, rows))


@types.post("", response={201: MembershipTypeOut})
def create_membership_type(request: Call, body: MembershipTypeIn) -> Status[dict[str, Any]]:
    """Add a type of membership; `price` in minor units, zero allowed."""
    sent = body.model_dump() | {"period": body.period or ""}
    made = commands.create_membership_type(request.business, **sent, now=request.now)
    return Status(201, show_types(request.business, [made])[0])


@router.get("", response=MembershipList)
def list_memberships(request: Call, wanted: Query[MembershipFilter]) -> dict[str, Any]:
    """List memberships, newest first."""
    every = Membership.objects.filter(business=request.business)
    rows = every.select_related("client", "type", "order")
    if wanted.client:
        rows = rows.filter(client__public_id=wanted.client)
    return page(rows, wanted, by="ordered_at", every=every, show=lambda found: show(request.business, found))


@router.post("/{membership_id}/cancel", response=MembershipOut)
def cancel_membership(request: Call, membership_id: str) -> dict[str, Any]:
    """Let a membership end with what is paid. 409 `membership_not_running` where it is not paid."""
    found = get(request.business, Membership, membership_id)
    commands.cancel_membership(found, actor=request.actor, now=request.now)
    return _again(request, found)


@router.post("/{membership_id}/freeze", response=MembershipOut)
def freeze_membership(request: Call, membership_id: str) -> dict[str, Any]:
    """Let its time stand still. 409 `membership_not_running` unless it is active."""
    found = get(request.business, Membership, membership_id)
    commands.freeze(found, actor=request.actor, now=request.now)
    return _again(request, found)


@router.post("/{membership_id}/unfreeze", response=MembershipOut)
def unfreeze_membership(request: Call, membership_id: str) -> dict[str, Any]:
    """Let a frozen one run again; its end moves by the calendar days that it stood still."""
    found = get(request.business, Membership, membership_id)
    commands.unfreeze(found, actor=request.actor, now=request.now)
    return _again(request, found)


@router.post("/{membership_id}/renewals", response={201: RenewalOut})
def renew_membership(request: Call, membership_id: str, body: RenewalIn | None = None) -> Status[dict[str, Any]]:
    """Renew what recurs for a period: balance first where the business wants it, then money.

    Without a `method` the balance is held and the rest is due; while that order waits, it is meant again.
    """
    found, how = get(request.business, Membership, membership_id), body or RenewalIn()
    order = commands.renew(
        found, method=how.method or "", reference=how.reference, actor=request.actor, now=request.now
    )
    found.refresh_from_db(fields=["ends_at"])
    answer = {name: getattr(order, name) for name in ("state", "total", "balance_used", "due")}
    ends_at = moment(request.business, found.ends_at)
    return Status(201, {"id": order.public_id, "membership": found.public_id, "ends_at": ends_at, **answer})
