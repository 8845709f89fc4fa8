"""Who recommended whom, as a file says it: wherever in the file or the business that one stands."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from plusone.kernel.models import Business
from plusone.referrals import commands as referrals
from plusone.referrals.commands import RecommendedLine

from .lines import address, again_if_somebody_was_faster, clients_named
from .report import Reason
from .scratch import Scratch


def recommend(
    business: Business,
    said: Sequence[tuple[int, int, str]],
    *,
    in_file: Callable[[str], int | None],
    dry_run: bool,
    actor: str,
    now: datetime,
) -> tuple[list[RecommendedLine], list[tuple[int, Reason]]]:
    """Tie the clients of a batch of (line, friend, name) to who recommended them.

    Return the lines that name somebody, and what is to be said of lines. In a dry run, `in_file` finds those who would
    be added.
    """
    found = clients_named(business, [name for _line, _friend, name in said])
    lines: list[RecommendedLine] = []
    notes: list[tuple[int, Reason]] = []
    for number, friend, name in said:
        ambassador = found.get(name) or (in_file(name) if dry_run else None)
        if ambassador is None:
            notes.append((number, lambda name=name: _nobody(name)))  # type: ignore[misc]  # binds the name of this line
        else:
            lines.append(RecommendedLine(number, friend, ambassador))
    again_if_somebody_was_faster(
        lambda: referrals.import_referrals(business, lines, actor=actor, now=now, dry_run=dry_run)
    )
    notes += [(line.number, lambda line=line: str(line.reason)) for line in lines if line.reason]  # type: ignore[misc]
    return lines, notes


def _nobody(name: str) -> str:
    return _("Nobody here is “%(name)s”, so this client was imported without a recommendation.") % {"name": name[:60]}


def line_named(scratch: Scratch, name: str) -> int | None:
    """Return what stands in for the row of somebody whom a dry run would add: the number of their line, negative."""
    number = scratch.line_of(f"id:{name}") or scratch.line_of(f"mail:{address(name)}")
    return -number if number else None
