"""What clients and orders of a file have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from plusone.clients.models import Client
from plusone.kernel.errors import Refused
from plusone.kernel.identity import login_email
from plusone.kernel.ids import CODE_LENGTH, clean_code
from plusone.kernel.models import Business

from .files import PROBLEMS, Line
from .values import month_stands_first

# Lines in one transaction: many, so that random ids touch a page of an index once; few enough that nobody waits long.
BATCH = 2000


def cells_of(raw: Line, width: int, places: Mapping[str, int]) -> dict[str, str]:
    """Return the cells of a record by field. Raise Refused for one that does not fit the columns."""
    if raw.problem:
        raise Refused(PROBLEMS[raw.problem])
    if any(raw.cells[width:]):
        raise Refused(
            _(
                "This line has %(fields)s fields where there are %(columns)s columns. Does a field hold the separator "
                "without quotation marks around it?"
            )
            % {"fields": len(raw.cells), "columns": width}
        )
    return {field: raw.cells[place].strip() for field, place in places.items() if place < len(raw.cells)}


def month_first_of(lines: Iterable[Line], place: int | None) -> bool | None:
    """Return whether the dates in a column are written month first; None where nothing tells."""
    if place is None:
        return None
    return month_stands_first(line.cells[place] for line in lines if place < len(line.cells))


def clients_named(business: Business, names: Sequence[str]) -> dict[str, int]:
    """Return who is meant by each of `names`: an external id, else an e-mail address, else a referral code."""
    emails = {name: address(name) for name in names if "@" in name}
    codes = {name: clean_code(name) for name in names if len(name.strip()) == CODE_LENGTH}
    wanted = Q(external_id__in=set(names)) | Q(email__in=set(emails.values())) | Q(code__in=set(codes.values()))
    by_id: dict[str | None, int] = {}
    by_email: dict[str | None, int] = {}
    by_code: dict[str | None, int] = {}
    known = Client.objects.filter(wanted, business=business).exclude(status=Client.Status.DELETED)
    for client, external_id, email, code in known.values_list("pk", "external_id", "email", "code"):
        by_id[external_id], by_email[email], by_code[code] = client, client, client
    for one in (by_id, by_email, by_code):
        one.pop(None, None)  # who has no id, or no address, is nobody's
    found = {}
    for name in names:
        meant = by_id.get(name) or by_email.get(emails.get(name)) or by_code.get(codes.get(name))
        if meant:
            found[name] = meant
    return found


def address(text: str) -> str:
    """Return an address as clients have it, or the text itself where it is none."""
    try:
        return login_email(text)
    except ValueError:
        return text.strip().lower()


def again_if_somebody_was_faster(write: Callable[[], None]) -> None:
    """Run `write`; once more, on what the database says then, if somebody else has just added the same."""
    try:
        write()
    except IntegrityError:
        try:
            write()
        except IntegrityError as error:
            raise Refused(
                _("Somebody else is changing the same clients or orders. Import the file again; what is in stays.")
            ) from error
