"""One line of a file of clients, understood: who it is, and whether an earlier line was the same person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from plusone.clients.commands import ClientLine, name_key
from plusone.clients.commands.profile import clean
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.identity import e164, no_mail_reaches, takes_mail
from plusone.kernel.models import Business

from .report import Reason
from .scratch import Scratch
from .values import Negative, read_amount, read_language, read_moment, read_status, read_tags

EXTERNAL_ID_MAX = 120
TAG_MAX = 60


@dataclass(frozen=True)
class Twin:
    """That a line is a client of an earlier one again; `bad`: it says so and contradicts it."""

    reason: Reason
    bad: bool = False


class Faults(Invalid):
    """All that is wrong in the cells of one line, each said of its field."""

    def __init__(self, faults: Sequence[Refused]) -> None:
        super().__init__(" ".join(str(fault.message) for fault in faults), field=faults[0].field)
        self.faults = list(faults)


class _Gathering:
    """Reads cell after cell and goes on after a wrong one, so that a line is mended at once and not a cell a round."""

    def __init__(self) -> None:
        self.faults: list[Refused] = []

    def read[T](self, read: Callable[[], T], otherwise: T, field: str = "") -> T:
        """Return what a cell says; keep what is wrong with it, under the name of its column, and go on."""
        try:
            return read()
        except Refused as fault:
            fault.field = field or fault.field
            self.faults.append(fault)
            return otherwise


def read_client(
    business: Business, number: int, cells: Mapping[str, str], now: datetime, month_first: bool | None = None
) -> ClientLine:
    """Return the client of a line; `month_first` is what the column of dates says of itself.

    Raise Faults (in the language of the moment) for a line that is none.
    """
    first_name, last_name = cells.get("first_name", ""), cells.get("last_name", "")
    if whole := cells.get("name", ""):
        if not first_name and not last_name:
            first_name, last_name = split_name(whole)
        first_name = first_name or whole
    line, email = _Gathering(), cells.get("email", "")
    nothing: dict[str, Any] = {}
    columns = line.read(lambda: clean(business, first_name=first_name, last_name=last_name), nothing)
    columns = columns | line.read(lambda: _address(business, email), nothing)
    unread = _unread_phone(business, columns, cells.get("phone", ""))
    date, status = cells.get("created_at", ""), cells.get("status", "")
    unsaid: tuple[int, list[Reason]] = (0, [])
    opening, notes = line.read(lambda: _opening(business, cells.get("opening_balance", "")), unsaid)
    found = ClientLine(
        number=number,
        external_id=line.read(lambda: _external_id(cells), None),
        columns=columns,
        status=line.read(lambda: read_status(status), "", "status"),
        created_at=line.read(
            lambda: read_moment(business, date, now, month_first) if date else None, None, "created_at"
        ),
        tags=line.read(lambda: _tags(cells), ()),
        language=read_language(cells.get("language", "")),
        referred_by=cells.get("referred_by", ""),
        opening=opening,
        unread_phone=unread,
        notes=[
            *notes,
            *([lambda: _no_phone(business, unread)] if unread else []),
            *([lambda: no_mail_reaches(columns["email"])] if not takes_mail(columns.get("email") or "") else []),
        ],
    )
    if line.faults:
        raise Faults(line.faults)
    return found


def _address(business: Business, email: str) -> dict[str, Any]:
    """Return the columns of an address alone, so that it is looked at beside a wrong name too."""
    columns = clean(business, first_name="-", email=email)
    return {name: columns[name] for name in ("email", "email_key")}


def _external_id(cells: Mapping[str, str]) -> str | None:
    text = cells.get("external_id", "")
    if len(text) > EXTERNAL_ID_MAX:
        raise Invalid(_("This id is too long."), field="external_id")
    return text or None


def _tags(cells: Mapping[str, str]) -> tuple[str, ...]:
    tags = read_tags(cells.get("tags", ""))
    if any(len(tag) > TAG_MAX for tag in tags):
        raise Invalid(_("A tag has between 1 and 60 characters."), field="tags")
    return tags


def _unread_phone(business: Business, columns: dict[str, Any], text: str) -> str:
    """Put a phone number into the columns; return it where it is none, for a person is more than their number."""
    if not text:
        return ""
    try:
        columns["phone"] = e164(text, business.phone_country)
    except ValueError:
        return text[:40]
    return ""


def _no_phone(business: Business, text: str) -> str:
    said = _("“%(text)s” is not a phone number, so it was left out; the client is brought in without it.")
    if not business.phone_country:
        said = _(
            "“%(text)s” has no country code, so it was left out. Say in the settings in which country your business is."
        )
    return said % {"text": text}


def _opening(business: Business, text: str) -> tuple[int, list[Reason]]:
    """Return what a client brings along, and what is to be said where it is less than nothing."""
    if not text:
        return 0, []
    try:
        return read_amount(text, business.currency), []
    except Negative:
        return 0, [lambda: _("This balance is below zero. What a client owes cannot be imported, so it was left out.")]
    except Invalid as error:
        error.field = "opening_balance"
        raise


def twin_of(line: ClientLine, scratch: Scratch) -> Twin | None:
    """Return what is to be said where an earlier line is the same client, or None."""
    email = line.columns["email"]
    keys = [f"id:{line.external_id}"] if line.external_id else []
    keys += [f"mail:{email}"] if email else []
    # Two people of one name, whose numbers cannot be read, are two all the same.
    for key in keys or [f"name:{name_key(line.columns)} {line.unread_phone}".rstrip()]:
        first = scratch.first_line(key, line.number)
        if first != line.number:
            return _twin(first, contradicts=key.startswith("mail:") and bool(line.external_id))
    return None


def _twin(first: int, *, contradicts: bool) -> Twin:
    if contradicts:
        return Twin(
            lambda: _("This e-mail address stands in line %(line)s under another id.") % {"line": first}, bad=True
        )
    return Twin(lambda: _("This is the client of line %(line)s again.") % {"line": first})


def split_name(whole: str) -> tuple[str, str]:
    """Return first and last name of a whole one: “Ana López Gil”, or “López Gil, Ana”."""
    last, comma, first = whole.partition(",")
    if comma and first.strip():
        return first.strip(), last.strip()
    first, _space, last = whole.strip().partition(" ")
    return first, last
