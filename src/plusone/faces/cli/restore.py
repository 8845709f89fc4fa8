"""`plusone restore`."""

from pathlib import Path
from typing import Annotated

import typer

from plusone.kernel.db import copies
from plusone.kernel.db.locks import unused

from .app import Stop, output


def command(
    file: Annotated[Path, typer.Argument(help="A file that `plusone backup` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the database what it was in a backup. Server and worker must be stopped; what is there now is kept aside."""
    with output(as_json) as out, unused() as free:
        if not free:
            raise Stop("A server or worker runs on this database. Stop it first.")
        try:
            kept = copies.restore(file.absolute())
        except copies.NoCopy as error:
            raise Stop(str(error)) from error
        if kept is not None:
            out.say(f"What was there before is kept in {kept}.")
        out.answer({"restored": str(file.absolute()), "kept": str(kept) if kept else None}, f"Restored {file}.")
