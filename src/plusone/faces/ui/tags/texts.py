"""Money, dates and numbers as a person reads them: the business's currency and zone, the reader's language."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from django.template import Library
from django.utils.translation import get_language

from plusone.kernel.money import as_decimal, format_money, minor_digits

register = Library()


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")


def _local(business: Any, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(str(business.timezone)))


@register.filter
def money(amount: int | None, business: Any) -> str:
    """Return minor units as money of the business; an amount that is not there is a dash."""
    return "–" if amount is None else format_money(amount, business.currency)


@register.filter
def money_plain(amount: int | None, business: Any) -> str:
    """Return minor units as a number without currency, for the value of a field: 1500 is "15" in EUR, 1550 "15.50"."""
    if amount is None:
        return ""
    number = as_decimal(amount, business.currency)
    return f"{number:.0f}" if number == number.to_integral_value() else f"{number:.{minor_digits(business.currency)}f}"


@register.filter
def local_date(at: datetime | date | None, business: Any) -> str:
    """Return the day of a moment in the business's zone, such as "12 May 2026"."""
    if at is None:
        return "–"
    day = _local(business, at).date() if isinstance(at, datetime) else at
    return str(format_date(day, format="medium", locale=_locale()))


@register.filter
def local_time(at: datetime | None, business: Any) -> str:
    """Return day and time of a moment in the business's zone."""
    if at is None:
        return "–"
    there = _local(business, at)
    day = format_date(there.date(), format="medium", locale=_locale())
    return f"{day}, {format_time(there.time(), format='short', locale=_locale())}"


@register.filter
def iso(at: datetime, business: Any) -> str:
    """Return a moment for the `datetime` attribute of <time>, with the business's offset."""
    return _local(business, at).isoformat(timespec="seconds")


@register.filter
def number(value: int | float | None) -> str:
    """Return a number with the reader's separators."""
    return "–" if value is None else str(format_decimal(value, locale=_locale()))


@register.filter
def percent(value: float | None) -> str:
    """Return a ratio (0.25) as the reader's "25 %"."""
    return "–" if value is None else str(format_percent(value, locale=_locale()))
