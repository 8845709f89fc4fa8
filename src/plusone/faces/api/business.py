"""`/business`: the business that the key belongs to."""

from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field, Strict

from plusone.connect.commands import edit_business
from plusone.kernel.models import Business

from .call import Call
from .fields import NO_CONTROL, NO_NUL, Body, Email, Flag, Found, Id, Language, LongName, Moment, Money, moment

router = Router(tags=["Business"])

Kind = Literal["coach", "studio", "salon", "clinic", "venue", "other"]
NewsTo = Literal["clients", "agreed"]
Hour = Annotated[int, Strict(), Field(ge=0, le=23)]


class BusinessOut(Found):
    """The business and its settings."""

    id: Id
    name: str
    kind: Kind
    country: Annotated[str, Field(description="ISO 3166, two letters, or empty.")]
    currency: Annotated[str, Field(description="ISO 4217; all amounts are in its minor units.")]
    timezone: str
    language: Language
    email: str
    phone: str
    address: str
    brand_color: str
    auto_apply_to_renewal: Annotated[
        bool, Field(description="Whether a due renewal takes what balance there is first.")
    ]
    consent_required: Annotated[bool, Field(description="Whether the public form asks for consent.")]
    free_orders_activate: Annotated[bool, Field(description="Whether an order without money makes a lead a client.")]
    news_to: Annotated[
        NewsTo, Field(description="Which new clients are sent promotions: all until they decline, or who agreed.")
    ]
    quiet_from: Annotated[int, Field(description="The hour at which promotions begin to rest, in the time zone.")]
    quiet_until: Annotated[int, Field(description="The hour at which they go out again; equal: no rest.")]
    news_weekly_max: Annotated[int, Field(description="Promotional mails to a client in seven days; 0: no limit.")]
    bonus_limit: Annotated[
        int | None,
        Field(
            description="What one of staff may give a client by hand alone in 30 days, in minor units; above it two "
            "people; null: any sum."
        ),
    ]
    created_at: Moment


class BusinessPatch(Body):
    """What to change; what is left out stays. The currency is fixed once money has moved (409 `currency_fixed`)."""

    name: LongName = ""
    kind: Kind = "other"
    country: Annotated[str, Strict(), Field(pattern=r"^([A-Z]{2})?$")] = ""
    currency: Annotated[str, Strict(), Field(pattern=r"^[A-Z]{3}$")] = ""
    timezone: Annotated[str, Strict(), Field(min_length=1, max_length=64, pattern=NO_NUL)] = ""
    language: Language = "en"
    email: Email = ""
    phone: Annotated[str, Strict(), Field(max_length=20, pattern=NO_CONTROL)] = ""
    address: Annotated[str, Strict(), Field(max_length=300, pattern=NO_NUL)] = ""
    brand_color: Annotated[str, Strict(), Field(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""
    auto_apply_to_renewal: Flag = True
    consent_required: Flag = False
    free_orders_activate: Flag = False
    news_to: NewsTo = "clients"
    quiet_from: Hour = 21
    quiet_until: Hour = 8
    news_weekly_max: Annotated[int, Strict(), Field(ge=0, le=50)] = 2
    bonus_limit: Money | None = None


def show(business: Business) -> dict[str, Any]:
    """Return a business as the API shows it."""
    shown = {name: getattr(business, name) for name in BusinessOut.model_fields if name not in ("id", "created_at")}
    return {"id": business.public_id, **shown, "created_at": moment(business, business.created_at)}


@router.get("", response=BusinessOut)
def get_business(request: Call) -> dict[str, Any]:
    """Return the business that the key belongs to."""
    return show(request.business)


@router.patch("", response=BusinessOut)
def change_business(request: Call, body: BusinessPatch) -> dict[str, Any]:
    """Change settings."""
    changes = body.model_dump(exclude_unset=True)
    return show(edit_business(request.business, actor=request.actor, now=request.now, **changes))
