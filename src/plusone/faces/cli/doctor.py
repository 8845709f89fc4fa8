"""`plusone doctor`."""

from typing import Annotated, Any

import typer
from django.db import DatabaseError, InterfaceError

from plusone import __version__
from plusone.kernel import checkup

from .app import output


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation and name each fault with its fix. Exit code 1 if there is one."""
    with output(as_json) as out:
        faults = checkup.faults()
        for fault in faults:
            out.say(f"✗ {fault.name}: {fault.problem}\n  → {fault.fix}")
        if not faults:
            out.say("✓ All is well.")
        out.answer(
            {
                "ok": not faults,
                "version": __version__,
                "database": _database(),
                "faults": [{"name": fault.name, "problem": fault.problem, "fix": fault.fix} for fault in faults],
            }
        )
    if faults:
        raise typer.Exit(1)


def _database() -> dict[str, Any]:
    try:
        return checkup.database.facts()
    except (DatabaseError, InterfaceError):
        return {}
