"""What would become of lines of a file of clients, or becomes of them: one judgement for looking and for doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.conf import settings
from django.utils import translation

from plusone.clients import commands as clients
from plusone.clients.commands import ClientLine
from plusone.kernel.errors import Refused
from plusone.kernel.models import Business
from plusone.referrals import commands as referrals
from plusone.referrals.audience import last_mailing

from .files import Line
from .lines import cells_of
from .reading import Faults, read_client, twin_of
from .report import Reason
from .scratch import Scratch

# How a refusal calls a field, where the columns of a file call it otherwise.
FIELDS = {"date": "created_at", "amount": "opening_balance"}

ABOUT_MAX = 120


@dataclass
class Judged:
    """What became of a line: its outcome, what is to be said, and which fields that is about, apart by spaces."""

    raw: Line
    outcome: str = ""
    reasons: list[Reason] = field(default_factory=list)
    about: str = ""
    line: ClientLine | None = None

    def said(self) -> dict[str, list[str]]:
        """Return what is to be said, in each of our languages."""
        return in_each_language(self.reasons)


def in_each_language(reasons: Sequence[Reason]) -> dict[str, list[str]]:
    """Return sentences by language: the reader's is not known when a worker finds them."""
    if not reasons:
        return {}
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = [reason() for reason in reasons]
    return said


def judge(
    business: Business,
    raws: Sequence[Line],
    *,
    places: Mapping[str, int],
    width: int,
    scratch: Scratch,
    dry_run: bool,
    month_first: bool | None = None,
    import_id: int | None = None,
    actor: str,
    now: datetime,
) -> list[Judged]:
    """Read lines and bring in their clients, or say what would come of it. The caller holds the transaction."""
    judged = [_read(business, raw, places, width, scratch, now, month_first) for raw in raws]
    lines = [one.line for one in judged if one.line]
    clients.import_clients(
        business,
        lines,
        import_id=import_id,
        told_after=last_mailing(business),
        actor=actor,
        now=now,
        dry_run=dry_run,
    )
    known = [line.client_id for line in lines if line.outcome == "updated" and line.client_id]
    if known and not dry_run:
        referrals.time_imported(business, known, actor=actor)
    for one in judged:
        if one.line:
            _tell(one, one.line)
    return judged


def _read(
    business: Business,
    raw: Line,
    places: Mapping[str, int],
    width: int,
    scratch: Scratch,
    now: datetime,
    month_first: bool | None,
) -> Judged:
    judged = Judged(raw)
    try:
        line = read_client(business, raw.number, cells_of(raw, width, places), now, month_first)
    except Refused as error:
        faults = _faults(error)
        judged.outcome = "failed"
        judged.about = " ".join(dict.fromkeys(FIELDS.get(one.field, one.field) for one in faults))[:ABOUT_MAX]
        judged.reasons = [
            partial(_why, business, raw, places, width, now, month_first, at) for at in range(len(faults))
        ]
        return judged
    twin = twin_of(line, scratch)
    if twin is None:
        judged.line = line
    else:
        judged.outcome, judged.reasons = "failed" if twin.bad else "twin", [twin.reason]
        judged.about = "email" if twin.bad else ""
    return judged


def _faults(error: Refused) -> list[Refused]:
    return error.faults if isinstance(error, Faults) else [error]


def _why(
    business: Business,
    raw: Line,
    places: Mapping[str, int],
    width: int,
    now: datetime,
    month_first: bool | None,
    at: int,
) -> str:
    """Return one refusal of a line once more, in the language of the moment."""
    try:
        read_client(business, raw.number, cells_of(raw, width, places), now, month_first)
    except Refused as error:
        return str(_faults(error)[at].message)
    raise AssertionError("a line that was refused is none the second time")


def _tell(judged: Judged, line: ClientLine) -> None:
    if line.outcome == "refused":
        judged.outcome, judged.about = "failed", "email"
        judged.reasons = [lambda: str(line.reason)]
    else:
        judged.outcome, judged.reasons = line.outcome, list(line.notes)
