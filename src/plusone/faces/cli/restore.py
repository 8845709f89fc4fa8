"""`plusone restore`."""

from pathlib import Path
from typing import Annotated

import typer
from django.db import DatabaseError, InterfaceError

from plusone.clients import queries, tombstones
from plusone.clients.commands import erase_again
from plusone.kernel import clock
from plusone.kernel.db import copies
from plusone.kernel.db.locks import unused

from .app import Stop, output


def command(
    file: Annotated[Path, typer.Argument(help="A file that `plusone backup` wrote.")],
    erased: Annotated[
        Path | None, typer.Option(help="The file `erased` of the data folder that the backup comes from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make the database what it was in a backup. Server and worker must be stopped; what is there now is kept aside.

    Whoever was erased since the backup was made is erased again.
    """
    with output(as_json) as out, unused() as free:
        if not free:
            raise Stop("A server or worker runs on this database. Stop it first.")
        try:
            _remember_the_erased(erased)
            kept = copies.restore(file.absolute())
        except copies.NoCopy as error:
            raise Stop(str(error)) from error
        again = erase_again(tombstones.read(), now=clock.now())
        if kept is not None:
            out.say(f"What was there before is kept in {kept}.")
        if again:
            out.say(f"{again} people who were erased since that backup have been erased again.")
        out.say("The secret key is not in a backup: with another one everybody logs in anew, and old mails' links end.")
        answer = {"restored": str(file.absolute()), "kept": str(kept) if kept else None, "erased_again": again}
        out.answer(answer, f"Restored {file}.")


def _remember_the_erased(elsewhere: Path | None) -> None:
    """Write down, before anything is replaced, whom the present database and another journal know as erased."""
    try:
        known = queries.erased()
    except (DatabaseError, InterfaceError):  # empty, or in a state that is the reason for the restore
        known = set()
    try:
        known |= tombstones.read(elsewhere) if elsewhere else set()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{elsewhere} cannot be read: {error}.") from error
    tombstones.note(known, clock.now())
