"""Money is an integer in minor units of the business's one currency; these functions are its only way to and from
text."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision, get_decimal_symbol
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .errors import Invalid

AMOUNT_MAX = 10**13  # Far above any price, far below the 63 bits of a column.
TYPED_MAX = 100  # letters; a Decimal of a million digits is one, and cannot be reckoned with


def minor_digits(currency: str) -> int:
    """Return how many minor digits a currency has: EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def as_decimal(amount: int, currency: str) -> Decimal:
    """Return `amount` minor units as a decimal number of major units."""
    return Decimal(amount).scaleb(-minor_digits(currency))


def format_money(amount: int, currency: str, language: str = "") -> str:
    """Return an amount as a person reads it: `15.00` EUR is "€15.00" in English, "15,00 €" in Spanish."""
    return str(
        format_currency(
            as_decimal(amount, currency), currency, locale=(language or get_language() or "en").replace("-", "_")
        )
    )


def plain_money(amount: int, currency: str) -> str:
    """Return an amount as files carry it: digits, a point, no symbol."""
    return f"{as_decimal(amount, currency):.{minor_digits(currency)}f}"


def typed_money(amount: int, currency: str) -> str:
    """Return an amount as a person types it: `15.00` in English, `15,00` in Spanish."""
    return plain_money(amount, currency).replace(".", get_decimal_symbol((get_language() or "en").replace("-", "_")))


def parse_money(text: str, currency: str, *, field: str = "amount") -> int:
    """Return the minor units of a typed amount ("15", "15.5", "15,50", "1.234,50").

    Raise Invalid where it is no amount.
    """
    digits = minor_digits(currency)
    plain = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    point, comma = plain.rfind("."), plain.rfind(",")
    if point >= 0 and comma >= 0:
        thousands = "." if comma > point else ","
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    try:
        value = Decimal(plain if len(plain) <= TYPED_MAX else "NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or any(letter not in "+-.0123456789" for letter in plain):
        raise Invalid(_("Write an amount such as %(example)s.") % {"example": typed_money(1500, currency)}, field=field)
    minor = value.scaleb(digits)
    if minor != minor.to_integral_value():
        raise Invalid(
            _("%(currency)s amounts have at most %(digits)s decimals.") % {"currency": currency, "digits": digits},
            field=field,
        )
    if abs(minor) > AMOUNT_MAX:
        raise Invalid(_("This amount is too large."), field=field)
    return int(minor)


def share(amount: int, part: int, whole: int) -> int:
    """Return `amount × part ÷ whole` in minor units, rounded half up (DESIGN 5)."""
    if not whole:
        return 0
    return int((Decimal(amount) * part / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))
