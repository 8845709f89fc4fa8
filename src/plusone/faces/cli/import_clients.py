"""`plusone import-clients`."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from plusone.connect import imports
from plusone.connect.queries import business_called
from plusone.kernel import clock
from plusone.kernel.models import Business

from .app import Output, Stop, needs_database, output

SHOWN_MAX = 50

File = Annotated[Path, typer.Argument(help="CSV with commas, semicolons or tabs, or an Excel workbook (.xlsx).")]
ForBusiness = Annotated[str, typer.Option("--business", help="Id or short name of the business.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=FIELD", help="Say which column is which field; FIELD “-” leaves it out."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count and check, and write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def command(file: File, business: ForBusiness, map: Map = None, dry_run: DryRun = False, json: AsJson = False) -> None:  # noqa: A002  # the option's name
    """Import clients, with who recommended them. Known ones are updated; nobody gets mail for it.

    Fields: external_id, first_name, last_name, name, email, phone, tags, status, created_at, referred_by, language,
    opening_balance.
    """
    bring_in("Clients", imports.import_clients, file, business, map, dry_run=dry_run, as_json=json)


def bring_in(
    what: str,
    work: Callable[..., imports.Report],
    file: Path,
    name: str,
    said: list[str] | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run an import with a progress bar on stderr, and say what it did."""
    with output(as_json) as out:
        needs_database()
        business = business_called(name)
        columns = dict(_pair(text) for text in said or [])
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        with bar:
            task = bar.add_task(what, total=None)
            report = work(
                business,
                file,
                columns=columns,
                dry_run=dry_run,
                now=clock.now(),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        _tell(out, business, report)
    if report.failed and report.failed == report.lines:
        raise typer.Exit(1)


def _pair(text: str) -> tuple[str, str]:
    column, sign, field = text.rpartition("=")
    if not sign or not column.strip() or not field.strip():
        raise Stop(f"--map takes COLUMN=FIELD, not “{text}”.")
    return column.strip(), field.strip()


def _tell(out: Output, business: Business, report: imports.Report) -> None:
    for problem in report.problems[:SHOWN_MAX] if not out.as_json else ():
        out.say(f"Line {problem.line}: {problem.reason}")
    hidden = len(report.problems) + report.problems_left_out - SHOWN_MAX
    if hidden > 0 and not out.as_json:
        out.say(f"… and {hidden} more lines; --json lists them.")
    if report.month_first is not None:
        out.say(f"Its dates are read {'month before day' if report.month_first else 'day before month'}.")
    if report.unused:
        out.say(f"Columns that were not used: {', '.join(report.unused)}.")
    counts = f"{report.created} created, {report.updated} updated, {report.skipped} skipped, {report.failed} failed"
    referrals = f"; {report.referrals} recommendations" if report.referrals else ""
    would = " (dry run: nothing was written)" if report.dry_run else ""
    said = asdict(report)
    said["lines"] = [asdict(problem) for problem in report.problems]
    del said["problems"]
    out.answer({"business": business.public_id, **said}, f"{business.name}: {counts}{referrals}{would}.")
