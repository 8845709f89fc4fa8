"""`/bonuses`: bonuses by hand that are above what their giver may give alone, and wait for a second person."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from plusone.kernel.access import get
from plusone.kernel.models import Business
from plusone.rewards.commands import decide_bonus
from plusone.rewards.models import Bonus

from .call import Call
from .fields import NO_NUL, Found, Id, Moment, Money, moment
from .paging import Page, page
from .rewards import DecisionIn

router = Router(tags=["Bonuses"])

BonusState = Literal["waiting", "given", "declined"]


class BonusOut(Found):
    """A bonus by hand that somebody asked for and another person gives or declines."""

    id: Id
    client: Id
    state: BonusState
    amount: Money
    reason: str
    expires_days: Annotated[int | None, Field(description="After how many days it ends once given; null: never.")]
    paid_in: Annotated[bool, Field(description="Whether it is money that the client paid in, so no bonus.")]
    asked_at: Moment
    decided_at: Moment | None
    note: str


class BonusList(Found):
    """A page of bonuses."""

    items: list[BonusOut]
    next: str | None


class BonusFilter(Page):
    """Which bonuses."""

    state: BonusState | None = None
    client: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of who receives them.")] = ""


def show(business: Business, bonuses: Sequence[Bonus]) -> list[dict[str, Any]]:
    """Return bonuses (each with its client at hand) as the API shows them."""
    return [
        {
            "id": bonus.public_id,
            "client": bonus.client.public_id,
            "state": bonus.state,
            "amount": bonus.amount,
            "reason": bonus.reason,
            "expires_days": bonus.expires_days,
            "paid_in": bonus.is_paid_in,
            "asked_at": moment(business, bonus.asked_at),
            "decided_at": moment(business, bonus.decided_at),
            "note": bonus.note,
        }
        for bonus in bonuses
    ]


@router.get("", response=BonusList)
def list_bonuses(request: Call, wanted: Query[BonusFilter]) -> dict[str, Any]:
    """List the bonuses that needed a second person, newest first."""
    every = Bonus.objects.filter(business=request.business).select_related("client")
    rows = every.filter(state=wanted.state) if wanted.state else every
    if wanted.client:
        rows = rows.filter(client__public_id=wanted.client)
    return page(rows, wanted, by="asked_at", every=every, show=lambda found: show(request.business, found))


@router.get("/{bonus_id}", response=BonusOut)
def get_bonus(request: Call, bonus_id: str) -> dict[str, Any]:
    """Return a bonus."""
    return show(request.business, [_bonus(request, bonus_id)])[0]


@router.post("/{bonus_id}/approve", response=BonusOut)
def approve_bonus(request: Call, bonus_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Give a bonus that waits; again, it is given once. 409 `settled`, `deleted`."""
    return _decide(request, bonus_id, body, approve=True)


@router.post("/{bonus_id}/decline", response=BonusOut)
def decline_bonus(request: Call, bonus_id: str, body: DecisionIn | None = None) -> dict[str, Any]:
    """Decline a bonus that waits. 409 `settled` where it was given."""
    return _decide(request, bonus_id, body, approve=False)


def _decide(request: Call, bonus_id: str, body: DecisionIn | None, *, approve: bool) -> dict[str, Any]:
    bonus, note = _bonus(request, bonus_id), body.note if body else ""
    decide_bonus(bonus, approve=approve, note=note, actor=request.actor, now=request.now)
    return show(request.business, [bonus])[0]


def _bonus(request: Call, bonus_id: str) -> Bonus:
    bonus = get(request.business, Bonus, bonus_id)
    bonus.business = bonus.client.business = request.business
    return bonus
