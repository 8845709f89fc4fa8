"""One cell of a file as a value: amounts and days as people in several countries write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel import clock
from plusone.kernel.errors import Invalid
from plusone.kernel.models import Business
from plusone.kernel.money import AMOUNT_MAX, minor_digits

YEAR_MIN = 1900
DIGITS_MAX = len(str(AMOUNT_MAX))  # before the decimal sign; and Python reads no number of thousands
MOMENT_MAX = 64  # characters; what is longer is no date, and need not be remembered as none
MONTH_FIRST = ("US",)
_NUMBER = re.compile(r"\d+([.,' ]\d+)*")
_SIGNS = re.compile(r"^[^\d+\-.,(]{0,4}\s*|\s*[^\d).,]{0,4}$")  # a currency, before or behind
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_SLASHED = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(?:\d{4}|\d{2})(?!\d)")
_WITH_TIME = re.compile(r"(\S+) (\d{1,2}):(\d\d)(?::(\d\d))?(?:\s?([AaPp])\.?\s?[Mm]\.?)?")

STATUSES = {
    Client.Status.LEAD: {
        "lead", "prospect", "interesado", "interesada", "potencial", "piste", "invited", "invitado", "non member",
    },
    Client.Status.ACTIVE: {
        "active", "activo", "activa", "actif", "active client", "alta", "member", "client", "cliente", "pending",
        "pendiente", "en attente", "true", "yes", "y", "1", "si", "sí", "oui", "vrai", "verdadero", "full access",
        "full access (2 way messaging)", "full access (1 way messaging)", "offline", "basic", "suspended", "frozen",
    },
    Client.Status.ARCHIVED: {
        "archived", "archivado", "archivada", "archive", "archivee", "inactive", "inactivo", "inactiva", "inactif",
        "baja", "former", "ex client", "cancelled", "resilie", "deactivated", "desactivado", "desactive", "expired",
        "terminated", "declined", "false", "no", "n", "0", "non", "faux", "falso",
    },
}  # fmt: skip


class Negative(Invalid):
    """An amount below zero."""


def read_amount(text: str, currency: str) -> int:
    """Return the minor units of an amount with a point or a comma for decimals, and thousands apart or not.

    Three digits after the only point or comma are thousands, except in a currency of three decimals. Raise Invalid.
    """
    plain = _SIGNS.sub("", text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").strip())
    negative, plain = plain.startswith("-"), plain.lstrip("+-")
    if not _NUMBER.fullmatch(plain) and not re.fullmatch(r"[.,]\d+", plain):
        raise Invalid(_("“%(text)s” is not an amount.") % {"text": text[:40]}, field="amount")
    whole, decimals = _parts(plain.replace("'", "").replace(" ", ""), minor_digits(currency))
    digits = minor_digits(currency)
    if decimals[digits:].strip("0"):
        raise Invalid(
            _("“%(text)s” has more decimals than %(currency)s.") % {"text": text[:40], "currency": currency},
            field="amount",
        )
    whole = whole.lstrip("0")
    if len(whole) > DIGITS_MAX:
        raise Invalid(_("This amount is too large."), field="amount")
    amount: int = int(whole or "0") * 10**digits + int(decimals[:digits].ljust(digits, "0") or "0")
    if negative and amount:
        raise Negative(_("An amount is zero or more; refunds cannot be imported."), field="amount")
    if amount > AMOUNT_MAX:
        raise Invalid(_("This amount is too large."), field="amount")
    return amount


def _parts(plain: str, digits: int) -> tuple[str, str]:
    """Return the digits before and after the decimal sign."""
    signs = re.findall(r"[.,]", plain)
    if not signs:
        return plain, ""
    head, tail = re.split(r"[.,](?=\d+$)", plain)
    alone = len(signs) == 1
    groups = re.fullmatch(r"\d{1,3}", re.split(r"[.,]", plain)[0]) and not plain.startswith("0")
    if (alone and len(tail) == 3 and digits != 3 and groups) or (len(signs) > 1 and len(set(signs)) == 1):
        return re.sub(r"[.,]", "", plain), ""
    return re.sub(r"[.,]", "", head), tail


def read_quantity(text: str) -> int:
    """Return a number of pieces, one where there is none. Raise Invalid."""
    if not text:
        return 1
    whole = re.fullmatch(r"(\d{1,6})([.,]0+)?", text)
    if not whole or not 1 <= int(whole[1]) <= 999_999:
        raise Invalid(_("“%(text)s” is not a quantity.") % {"text": text[:40]}, field="quantity")
    return int(whole[1])


def month_stands_first(texts: Iterable[str]) -> bool | None:
    """Return whether the dates of a column, such as 3/15/2025, are written month first; None where none of them tells,
    or one contradicts another."""
    said = set()
    for text in texts:
        if found := _SLASHED.match(text):
            first, second = int(found[1]), int(found[2])
            if (first > 12) != (second > 12):
                said.add(second > 12)
    return said.pop() if len(said) == 1 else None


def read_moment(business: Business, text: str, now: datetime, month_first: bool | None = None) -> datetime:
    """Return when something was: a day (2026-03-10, 20260310, 10/3/2026), with a time of the day or not, or an ISO date
    and time.

    In 10/3/2026 the day stands first, except in a business of the United States, or where the column says otherwise.

    A day is its first moment in the business's time zone. Raise Invalid, also for the future.
    """
    month_first = business.country in MONTH_FIRST if month_first is None else month_first
    at = _moment(business.timezone, text, month_first) if len(text) <= MOMENT_MAX else None
    if at is None:
        said = _("“%(text)s” is not a date. Write 2026-03-10 or 10/03/2026 (day before month).")
        if month_first:
            said = _("“%(text)s” is not a date. Write 2026-03-10 or 03/10/2026 (month before day).")
        raise Invalid(said % {"text": text[:40]}, field="date")
    if at > now:
        raise Invalid(_("The date “%(text)s” lies in the future.") % {"text": text[:40]}, field="date")
    return at


class _Zone:
    """What the calendar needs of a business."""

    def __init__(self, timezone: str) -> None:
        self.timezone = timezone


@lru_cache(maxsize=4096)
def _moment(timezone: str, text: str, month_first: bool) -> datetime | None:
    try:
        day = _day(text, month_first)
        if day is not None:
            return clock.day_start(_Zone(timezone), day) if day.year >= YEAR_MIN else None
        if not re.match(r"\d{4}-?\d\d-?\d\d[T ]\d", text):
            found = _WITH_TIME.fullmatch(text)
            day = _day(found[1], month_first) if found else None
            if found is None or day is None:
                return None
            hour = int(found[2])
            if half := (found[5] or "").casefold():
                if not 1 <= hour <= 12:
                    return None
                hour = hour % 12 + (12 if half == "p" else 0)
            at = datetime.combine(day, time(hour, int(found[3]), int(found[4] or 0)), ZoneInfo(timezone))
        else:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))
        return at.astimezone(UTC) if at.year >= YEAR_MIN else None
    except (ValueError, OverflowError):
        return None


def _day(text: str, month_first: bool) -> date | None:
    for pattern in (_ISO, _COMPACT, _YEAR_FIRST):
        if found := pattern.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text):
        year = int(found[3])
        if len(found[3]) == 2:
            year += 2000 if year < 70 else 1900
        first, second = int(found[1]), int(found[2])
        return date(year, first, second) if month_first and "/" in text else date(year, second, first)
    return None


def read_status(text: str) -> str:
    """Return where a client stands; active where nothing is said. Raise Invalid."""
    word = " ".join(text.casefold().replace("é", "e").replace("_", " ").replace("-", " ").split())
    if not word:
        return str(Client.Status.ACTIVE)
    for status, words in STATUSES.items():
        if word in words:
            return str(status)
    raise Invalid(
        _("“%(text)s” is not a status. Write lead, active or archived.") % {"text": text[:40]}, field="status"
    )


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a cell, separated by commas, semicolons or bars."""
    return tuple(filter(None, (" ".join(tag.split()) for tag in re.split(r"[,;|]", text))))


def read_language(text: str) -> str:
    """Return a language that we write, or none: then the business's own is used."""
    code = text.strip().lower()[:2]
    return code if code in ("en", "es", "fr") else ""
