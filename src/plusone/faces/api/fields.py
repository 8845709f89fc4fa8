"""The shapes that fields of the API have. Strict: `"5"` is no number, `1` is no yes."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX

NO_NUL = r"^[^\x00]*$"
NO_CONTROL = r"^[^\x00-\x1f]*$"
ONE_LINE = r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$"  # something to read, and no control characters

Flag = Annotated[bool, Strict()]
Name = Annotated[str, Strict(), Field(min_length=1, max_length=80, pattern=ONE_LINE)]
LongName = Annotated[str, Strict(), Field(min_length=1, max_length=120, pattern=ONE_LINE)]
TagName = Annotated[str, Strict(), Field(min_length=1, max_length=60, pattern=ONE_LINE)]
Note = Annotated[str, Strict(), Field(max_length=200, pattern=NO_NUL)]
LongNote = Annotated[str, Strict(), Field(max_length=300, pattern=NO_NUL)]
Text = Annotated[str, Strict(), Field(max_length=4000, pattern=NO_NUL)]
Reason = Annotated[str, Strict(), Field(min_length=1, max_length=200, pattern=ONE_LINE)]
Reference = Annotated[
    str,
    Strict(),
    Field(min_length=1, max_length=64, pattern=NO_NUL, description="The id of another object of this business."),
]
Email = Annotated[
    str, Strict(), Field(min_length=3, max_length=254, pattern=NO_NUL, json_schema_extra={"format": "email"})
]
Phone = Annotated[
    str,
    Strict(),
    Field(
        max_length=40,
        pattern=NO_NUL,
        description="With + or 00 and its country code, or as it is dialled in the business's country.",
    ),
]
Language = Literal["en", "es", "fr"]
Money = Annotated[int, Strict(), Field(ge=0, le=AMOUNT_MAX, description="Minor units of the business's currency.")]
Positive = Annotated[
    int, Strict(), Field(ge=1, le=AMOUNT_MAX, description="Minor units of the business's currency, more than zero.")
]
Amount = Annotated[int, Field(description="Minor units of the business's currency.")]
Id = Annotated[str, Field(description="Opaque; 22 letters and digits.")]
Moment = Annotated[datetime, Field(description="ISO 8601 with the business's offset.")]


def _not_zero(amount: int) -> int:
    if amount == 0:
        raise PydanticCustomError("not_zero", "zero")
    return amount


SignedMoney = Annotated[
    int,
    Strict(),
    Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX),
    AfterValidator(_not_zero),
    WithJsonSchema({"type": "integer", "minimum": -AMOUNT_MAX, "maximum": AMOUNT_MAX, "not": {"const": 0}}),
]


def _written_day(sent: Any) -> Any:
    if sent is None or isinstance(sent, str):
        return sent
    raise PydanticCustomError("date_parsing", "no day")


Day = Annotated[date | None, BeforeValidator(_written_day)]
YEARS = range(1970, 2201)


def _written_moment(sent: Any) -> Any:
    if sent is None or isinstance(sent, str):
        return sent
    raise PydanticCustomError("datetime_parsing", "no moment")


def _of_our_time(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise PydanticCustomError("datetime_parsing", "far away")
    return at


Told = Annotated[AwareDatetime, BeforeValidator(_written_moment), AfterValidator(_of_our_time)]


class Body(BaseModel):
    """Abstract: what is sent. Unknown fields are ignored."""


class Found(BaseModel):
    """Abstract: what is answered."""


def moment(business: Business, at: datetime | None) -> datetime | None:
    """Return a time as the API shows it: with the business's offset."""
    return at.astimezone(ZoneInfo(business.timezone)) if at else None
