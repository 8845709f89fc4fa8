"""`/insights`: what recommendations brought, exact as of the call."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from plusone.insights import queries
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.referrals.models import Campaign

from .call import Call
from .fields import NO_NUL, YEARS, Amount, Found, Id
from .paging import Page
from .references import row_of

router = Router(tags=["Insights"])


def _written_as_day(sent: Any) -> Any:
    if isinstance(sent, str) and not (len(sent) == 10 and sent.isascii()):
        raise PydanticCustomError("date_parsing", "no day")
    return sent


def _of_our_time(day: date) -> date:
    if day.year not in YEARS:
        raise PydanticCustomError("date_parsing", "far away")
    return day


Day = Annotated[date, BeforeValidator(_written_as_day), AfterValidator(_of_our_time)]


class Span(BaseModel):
    """Which days, both included, in the business's calendar; and which campaign."""

    since: Annotated[Day | None, Field(alias="from", description="The first day.")] = None
    until: Annotated[Day | None, Field(alias="to", description="The last day.")] = None
    campaign: Annotated[str, Field(max_length=64, pattern=NO_NUL, description="The id of a campaign.")] = ""


class RankedSpan(Span, Page):
    """Which days, and which part of the ranking."""


class ActivatedOut(Found):
    """Leads that became active clients, by hand and by a purchase."""

    total: int
    manual: int
    purchase: int


class ImpactOut(Found):
    """The figures of the days asked for; money in minor units."""

    registered_leads: int
    open_leads: int
    activated_clients: ActivatedOut
    deleted_leads: int
    generated_income: Amount
    products_purchased: int
    rewards_issued: Amount
    rewards_redeemed: Amount
    outstanding_balance: Amount
    commissions: Amount
    ambassadors: int
    conversion_rate: Annotated[float | None, Field(description="0 to 1, four decimals; null without registrations.")]
    visits: int
    archived_leads: Annotated[int, Field(description="Leads put aside, at the end of the days; not among the deleted.")]
    renewals: Annotated[int, Field(description="Paid renewals of memberships; not among the products purchased.")]


class StandingOut(Found):
    """An ambassador's numbers."""

    client: Id
    total_leads: int
    total_active: int
    total_rewards: Amount
    total_redeemed: Amount


class Ranking(Found):
    """A page of the ranking."""

    items: list[StandingOut]
    next: str | None


def _days(business: Business, wanted: Span) -> dict[str, Any]:
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise Invalid(_("The last day lies before the first one."), field="to")
    campaign = row_of(business, Campaign, wanted.campaign, field="campaign") if wanted.campaign else None
    return {"since": wanted.since, "until": wanted.until, "campaign": campaign}


@router.get("/impact", response=ImpactOut)
def get_impact(request: Call, wanted: Query[Span]) -> dict[str, Any]:
    """Return the figures of the days `from` to `to`, of all time without them."""
    found = asdict(queries.impact(request.business, **_days(request.business, wanted), now=request.now))
    rate = found["conversion_rate"]
    return {**found, "conversion_rate": None if rate is None else round(float(rate), 4)}


@router.get("/ambassadors", response=Ranking)
def list_ambassadors(request: Call, wanted: Query[RankedSpan]) -> dict[str, Any]:
    """List the ambassadors, best first: by active friends, then by leads, then by rewards."""
    ranked = queries.ambassadors(request.business, **_days(request.business, wanted), now=request.now)
    ids = [one.client.public_id for one in ranked]
    if wanted.cursor is not None and wanted.cursor not in ids:
        raise Invalid(_("This cursor does not belong to this list."), field="cursor", code="invalid_cursor")
    start = ids.index(wanted.cursor) + 1 if wanted.cursor is not None else 0
    items = [
        {
            "client": one.client.public_id,
            **{name: getattr(one, name) for name in StandingOut.model_fields if name != "client"},
        }
        for one in ranked[start : start + wanted.limit]
    ]
    return {"items": items, "next": items[-1]["client"] if len(ranked) > start + wanted.limit else None}
